"""Bytes -> upright RGB photo: the one gate for everything uploaded, downloaded or read from a folder.

The gate checks size and dimensions before it decodes, decodes the first frame only, applies the EXIF orientation,
lays transparency over white, brings any colour mode to 8-bit RGB and shrinks to a megapixel. What it returns
holds pixels only: no EXIF, no location, no comments.
"""

import hashlib
import struct
import warnings
import zlib
from dataclasses import dataclass
from io import BytesIO
from math import sqrt
from threading import BoundedSemaphore

import numpy as np
from PIL import ExifTags, Image
from pillow_heif import register_heif_opener

from model.errors import PhotoRefused

register_heif_opener()

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "HEIF", "AVIF")
SUFFIXES = ("jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff", "heic", "heif", "avif")
MAX_MEGABYTES = 25
MAX_MEGAPIXELS = 60
MIN_SIDE_PX = 32
KEPT_PIXELS = 1024 * 1024  # Four times what any backbone looks at; a phone's photo is twelve times as large.
JPEG_QUALITY = 92

TURNS = {  # EXIF orientation -> how to turn the picture upright (TIFF 6.0, tag 274).
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# Pillow promises OSError, but its decoders let these through for malformed files (found by tests/model/test_photos.py).
DECODER_ERRORS = (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, OverflowError,
                  ZeroDivisionError, RuntimeError, struct.error, zlib.error)  # fmt: skip

_decoders = BoundedSemaphore(2)  # A decoded 60-megapixel photo is 180 MB: thirty visitors take turns.


@dataclass(frozen=True)
class Photo:
    """An upright RGB picture of at most a megapixel, and the SHA-256 of the bytes it came from."""

    sha256: str
    image: Image.Image

    def jpeg(self) -> bytes:
        """The photo as it is stored."""
        buffer = BytesIO()
        self.image.save(buffer, "JPEG", quality=JPEG_QUALITY)
        return buffer.getvalue()


def digest(data: bytes) -> str:
    """The name of a photo: the SHA-256 of its bytes as they arrived."""
    return hashlib.sha256(data).hexdigest()


def open_photo(data: bytes) -> Photo:
    """Decode `data`, or raise PhotoRefused with a sentence that says what to do."""
    if not data:
        raise PhotoRefused("The file is empty. Choose it again, or take another photo.")
    if len(data) > MAX_MEGABYTES * 1_000_000:
        raise PhotoRefused(f"The file has {len(data) / 1e6:.0f} MB; {MAX_MEGABYTES} MB is the most. Save a smaller copy.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of large or odd files; the checks below decide.
        try:
            image = Image.open(BytesIO(data), formats=FORMATS)
        except Image.DecompressionBombError as error:
            raise _too_many_pixels() from error
        except DECODER_ERRORS as error:
            raise PhotoRefused("This is not an image that can be read. Save it as a JPEG or PNG and try again.") from error
        _check_dimensions(*image.size)
        try:
            with _decoders:
                pixels = _upright_rgb(image)
        except (*DECODER_ERRORS, Image.DecompressionBombError, MemoryError) as error:
            raise PhotoRefused("The image is cut off or damaged. Download or export it once more.") from error
    _check_dimensions(*pixels.size)
    return Photo(digest(data), pixels)


def _check_dimensions(width: int, height: int) -> None:
    if width * height > MAX_MEGAPIXELS * 1_000_000:
        raise _too_many_pixels()
    if min(width, height) < MIN_SIDE_PX:
        raise PhotoRefused(f"The image is {width} x {height} pixels; each side needs {MIN_SIDE_PX}. Choose a larger one.")


def _too_many_pixels() -> PhotoRefused:
    return PhotoRefused(f"The image has more than {MAX_MEGAPIXELS} million pixels. Save a smaller copy.")


def _upright_rgb(image: Image.Image) -> Image.Image:
    shrink = min(1.0, sqrt(KEPT_PIXELS / (image.width * image.height)))
    small = (max(MIN_SIDE_PX, round(image.width * shrink)), max(MIN_SIDE_PX, round(image.height * shrink)))
    image.draft(None, small)  # JPEG decodes straight to an eighth, a quarter or half; others ignore it.
    image.seek(0)
    image.load()
    orientation = _orientation(image)
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        image = _eight_bit(image)
    pixels = _over_white(image) if image.has_transparency_data else image.convert("RGB")
    if shrink < 1:
        pixels = pixels.resize(small, Image.Resampling.BICUBIC, reducing_gap=2)
    bare = Image.new("RGB", pixels.size)  # A new image carries no metadata over.
    bare.paste(pixels)
    if orientation is not None:  # FLIP_LEFT_RIGHT is 0.
        bare = bare.transpose(orientation)
    return bare


def _orientation(image: Image.Image) -> Image.Transpose | None:
    """How to turn the picture upright; none when EXIF is absent or damaged."""
    try:
        tag = image.getexif().get(ExifTags.Base.Orientation)
    except DECODER_ERRORS:
        return None
    return TURNS.get(tag) if isinstance(tag, int) else None


def _eight_bit(image: Image.Image) -> Image.Image:
    """16-bit, 32-bit and floating-point greys, scaled so that white stays white."""
    grey = np.nan_to_num(np.asarray(image, dtype=np.float32))  # (H, W)
    brightest = float(grey.max(initial=0))
    white = next((level for level in (1, 255, 65535) if brightest <= level), brightest)
    return Image.fromarray((grey.clip(min=0) * (255 / white)).astype(np.uint8))


def _over_white(image: Image.Image) -> Image.Image:
    picture = image.convert("RGBA")
    white = Image.new("RGBA", picture.size, "white")
    white.alpha_composite(picture)
    return white.convert("RGB")
