"""Bytes -> upright RGB photo: the one gate for whatever is uploaded, downloaded or read from files.

The gate checks size and dimensions before it decodes, decodes the first frame only, applies the
EXIF orientation, lays transparency over white, brings any colour mode to 8-bit RGB and shrinks to a
megapixel. Its photo holds pixels only: no EXIF, no location, no comments. A JPEG that is so already
is kept to the last byte, so that a photo that was exported and comes back is still the same photo.
"""

import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from math import sqrt
from pathlib import Path
from threading import Condition, Lock

import numpy as np
from PIL import ExifTags, Image
from PIL.JpegImagePlugin import JpegImageFile
from pillow_heif import register_heif_opener

from model.errors import PhotoRefused
from model.photos.photo_id import PhotoId, digest

register_heif_opener()
warnings.filterwarnings("ignore", module=r"PIL\.")  # Of odd files, which the gate decides about.

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "HEIF", "AVIF")
JPEG_SUFFIXES = ("jpg", "jpeg", "jpe", "jfif")
SUFFIXES = (*JPEG_SUFFIXES, "png", "webp", "gif", "bmp", "tif", "tiff", "heic", "heif", "avif")
MAX_MEGABYTES = 25
MAX_MEGAPIXELS = 60
MIN_SIDE_PX = 32
KEPT_BYTES = 2_000_000  # Of a JPEG that is kept as it came.
KEPT_PIXELS = 1024 * 1024  # Four times a backbone's input, a twelfth of a phone's photo
JPEG_QUALITY = 92
JPEG_END = b"\xff\xd9"  # Nowhere else in a bare JPEG (ITU-T T.81, B.1.1)
STRIP_PIXELS = 1024 * 1024

TURNS = {  # EXIF orientation -> how to turn the picture upright (TIFF 6.0, tag 274).
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# Pillow promises OSError, but its decoders let these through for malformed files; see the tests.
DECODER_ERRORS = (
    *(OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, OverflowError),
    *(ZeroDivisionError, RuntimeError, struct.error, zlib.error),
)


class _PixelsAtOnce:
    """A bound on the pixels that are being decoded, whoever decodes: large photos take turns."""

    def __init__(self, pixels: int) -> None:
        self._free, self._turn, self._changed = pixels, Lock(), Condition()

    @contextmanager
    def take(self, pixels: int) -> Iterator[None]:
        """Wait for room, in the order of asking, and hold it meanwhile."""
        with self._turn, self._changed:
            self._changed.wait_for(lambda: self._free >= pixels)
            self._free -= pixels
        try:
            yield
        finally:
            with self._changed:
                self._free += pixels
                self._changed.notify_all()


# 60 megapixels with transparency are 240 MB decoded.
_decoding = _PixelsAtOnce(MAX_MEGAPIXELS * 1_000_000)


@dataclass(frozen=True)
class Photo:
    """An upright RGB picture of at most a megapixel."""

    image: Image.Image
    original: bytes | None = None  # The JPEG it came from, where that is nothing but the picture

    @cached_property
    def jpeg(self) -> bytes:
        """Its bytes as they are stored."""
        if self.original is not None:
            return self.original
        buffer = BytesIO()
        self.image.save(buffer, "JPEG", quality=JPEG_QUALITY)
        return buffer.getvalue()

    @cached_property
    def sha256(self) -> PhotoId:
        """Its name in the catalogue."""
        return digest(self.jpeg)


def open_photo(data: bytes) -> Photo:
    """Decode a photo. Raises PhotoRefused with a sentence that says what to do."""
    if not data:
        raise PhotoRefused("The file is empty. Choose it again, or take another photo.")
    if len(data) > MAX_MEGABYTES * 1_000_000:
        raise _too_many_bytes(len(data))
    try:
        image = Image.open(BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise _too_many_pixels() from error
    except DECODER_ERRORS as error:
        raise PhotoRefused(
            "This is not an image that can be read. Save it as a JPEG or PNG and try again."
        ) from error
    _check_dimensions(*image.size)
    original = data if _is_bare(image, data) else None  # Before decoding, which may shrink it.
    try:
        pixels = _upright_rgb(image)
    except (*DECODER_ERRORS, Image.DecompressionBombError, MemoryError) as error:
        raise PhotoRefused(
            "The image is cut off or damaged. Download or export it once more."
        ) from error
    _check_dimensions(*pixels.size)
    return Photo(pixels, original)


def open_file(path: Path) -> Photo:
    """Decode a file, whose size is checked before it is read. Raises PhotoRefused."""
    try:
        if path.stat().st_size > MAX_MEGABYTES * 1_000_000:
            raise _too_many_bytes(path.stat().st_size)
        return open_photo(path.read_bytes())
    except OSError as error:
        raise PhotoRefused(f"The file cannot be read: {error.strerror}.") from error


def _too_many_bytes(count: int) -> PhotoRefused:
    return PhotoRefused(
        f"The file has {count / 1e6:.0f} MB; {MAX_MEGABYTES} MB is the most. Save a smaller copy."
    )


def _check_dimensions(width: int, height: int) -> None:
    if width * height > MAX_MEGAPIXELS * 1_000_000:
        raise _too_many_pixels()
    if min(width, height) < MIN_SIDE_PX:
        raise PhotoRefused(
            f"The image is {width} x {height} pixels; each side needs {MIN_SIDE_PX}. "
            "Choose a larger one."
        )


def _too_many_pixels() -> PhotoRefused:
    return PhotoRefused(
        f"The image has more than {MAX_MEGAPIXELS} million pixels. Save a smaller copy."
    )


def _is_bare(image: Image.Image, data: bytes) -> bool:
    """True for a JPEG as we store it: RGB, small enough, no metadata, nothing behind its end."""
    if not isinstance(image, JpegImageFile) or image.mode != "RGB" or len(data) > KEPT_BYTES:
        return False
    if image.width * image.height > KEPT_PIXELS or data.find(JPEG_END) != len(data) - len(JPEG_END):
        return False
    return all(name == "APP0" and content.startswith(b"JFIF") for name, content in image.applist)


def _upright_rgb(image: Image.Image) -> Image.Image:
    shrink = min(1.0, sqrt(KEPT_PIXELS / (image.width * image.height)))
    width, height = (max(MIN_SIDE_PX, int(side * shrink)) for side in image.size)
    # JPEG decodes to an eighth, a quarter or half; others ignore it.
    image.draft(None, (width, height))
    with _decoding.take(image.width * image.height):
        image.seek(0)
        image.load()
        orientation = _orientation(image)
        pixels = _shrunk_rgb(image, max(1, int(sqrt(image.width * image.height / KEPT_PIXELS))))
    if shrink < 1:
        pixels = pixels.resize((width, height), Image.Resampling.BICUBIC)
    return pixels if orientation is None else pixels.transpose(orientation)  # FLIP_LEFT_RIGHT is 0.


def _shrunk_rgb(image: Image.Image, factor: int) -> Image.Image:
    """Convert to bare RGB, each side divided by `factor`: in strips, without a full-size copy."""
    white = _white(image)
    shrunk = Image.new("RGB", (-(-image.width // factor), -(-image.height // factor)))
    height = factor * max(1, STRIP_PIXELS // (image.width * factor))
    for top in range(0, image.height, height):
        strip = image.crop((0, top, image.width, min(top + height, image.height)))
        if white is not None:
            strip = _eight_bit(strip, white)
        rgb = _over_white(strip) if strip.has_transparency_data else strip.convert("RGB")
        shrunk.paste(rgb.reduce(factor), (0, top // factor))
    return shrunk


def _orientation(image: Image.Image) -> Image.Transpose | None:
    """Read how to turn the picture upright; None when EXIF is absent or damaged."""
    try:
        tag = image.getexif().get(ExifTags.Base.Orientation)
    except DECODER_ERRORS:
        return None
    return TURNS.get(tag) if isinstance(tag, int) else None


def _white(image: Image.Image) -> float | None:
    """Find the value of white in a picture; None for 8-bit modes, which need no scaling."""
    if image.mode not in ("I", "F") and not image.mode.startswith("I;16"):
        return None
    brightest = float(np.nanmax(np.asarray(image), initial=0))
    return next((level for level in (1, 255, 65535) if brightest <= level), brightest)


def _eight_bit(strip: Image.Image, white: float) -> Image.Image:
    """Scale 16-bit, 32-bit and floating-point greys to 8 bits, so that white stays white."""
    grey = np.nan_to_num(np.asarray(strip, dtype=np.float32)).clip(0, white)  # (H, W)
    return Image.fromarray((grey * (255 / white)).astype(np.uint8))


def _over_white(image: Image.Image) -> Image.Image:
    picture = image.convert("RGBA")
    white = Image.new("RGBA", picture.size, "white")
    white.alpha_composite(picture)
    return white.convert("RGB")
