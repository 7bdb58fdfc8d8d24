"""The gate: photos it takes, bytes it refuses and the sentences it refuses them with."""

import struct
import subprocess
import sys
import zlib
from io import BytesIO

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageChops, ImageOps, PngImagePlugin
from PIL.JpegImagePlugin import JpegImageFile

from model.errors import PhotoRefused
from model.photos.image import KEPT_PIXELS, MAX_MEGABYTES, TURNS, open_photo
from model.photos.photo_id import digest
from tests.conftest import encoded, picture

TAKEN = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "HEIF", "AVIF")


def difference(first: Image.Image, second: Image.Image) -> float:
    """Mean absolute difference of two pictures, 0 to 255."""
    return float(np.asarray(ImageChops.difference(first, second), np.float32).mean())


@pytest.mark.parametrize("kind", TAKEN)
def test_every_format_comes_out_as_the_same_picture(kind: str) -> None:
    image = open_photo(encoded(picture(), kind)).image
    assert image.mode == "RGB"
    assert difference(image, picture()) < 12  # GIF has 256 colours.


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_animations_show_their_first_frame(kind: str) -> None:
    frames = [picture(seed=1), picture(seed=2), picture(seed=3)]
    image = open_photo(encoded(frames[0], kind, save_all=True, append_images=frames[1:])).image
    assert difference(image, frames[0]) < 12
    assert difference(image, frames[1]) > 20


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(orientation: int) -> None:
    upright = picture()
    undo = {
        Image.Transpose.ROTATE_90: Image.Transpose.ROTATE_270,
        Image.Transpose.ROTATE_270: Image.Transpose.ROTATE_90,
    }
    turn = TURNS.get(orientation)
    stored = upright if turn is None else upright.transpose(undo.get(turn, turn))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    image = open_photo(encoded(stored, "JPEG", quality=95, exif=exif)).image
    assert image.size == upright.size
    assert difference(image, upright) < 6


def test_orientation_agrees_with_pillow() -> None:
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[ExifTags.Base.Orientation] = orientation
        data = encoded(picture(), "PNG", exif=exif)
        assert (
            difference(
                open_photo(data).image,
                ImageOps.exif_transpose(Image.open(BytesIO(data))).convert("RGB"),
            )
            == 0
        )


def test_transparency_is_laid_over_white() -> None:
    clear = Image.new("RGBA", (60, 60), (200, 0, 0, 0))
    half = Image.new("RGBA", (60, 60), (255, 0, 0, 128))
    assert open_photo(encoded(clear, "PNG")).image.getpixel((30, 30)) == (255, 255, 255)
    red, green, blue = np.asarray(open_photo(encoded(half, "PNG")).image)[30, 30]
    assert red == 255
    assert green == blue == pytest.approx(127, abs=1)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "CMYK", "YCbCr"])
def test_colour_modes(mode: str) -> None:
    kind = "JPEG" if mode in ("CMYK", "YCbCr") else "PNG"
    image = open_photo(encoded(picture().convert(mode), kind)).image
    assert image.mode == "RGB"
    assert difference(image, picture().convert(mode).convert("RGB")) < 8


def test_palette_with_transparency() -> None:
    palette = picture().convert("P")
    assert open_photo(
        encoded(palette, "PNG", transparency=palette.getpixel((0, 0)))
    ).image.getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits_keep_their_greys(kind: str) -> None:
    ramp = np.linspace(0, 65535, 64 * 64).reshape(64, 64).astype(np.uint16)
    greys = np.asarray(open_photo(encoded(Image.fromarray(ramp), kind)).image)[..., 0]
    assert greys[0, 0] == 0
    assert greys[-1, -1] == 255
    assert greys[32, 0] == pytest.approx(128, abs=2)


def test_floating_point_tiff_with_holes() -> None:
    values = np.linspace(0, 1, 64 * 64, dtype=np.float32).reshape(64, 64)
    values[3, 3] = np.nan
    assert open_photo(encoded(Image.fromarray(values), "TIFF")).image.getextrema()[0] == (0, 255)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (b"just text, called .jpg", "not an image"),
        (b"%PDF-1.7 of course not", "not an image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not an image"),
        (encoded(picture())[:700], "cut off or damaged"),
        (encoded(picture(), "PNG")[:900], "cut off or damaged"),
        (b"\xff" * (MAX_MEGABYTES * 1_000_000 + 1), "25 MB is the most"),
        (encoded(picture(400, 31)), "each side needs 32"),
        (encoded(Image.new("1", (9000, 8000)), "PNG"), "60 million pixels"),
    ],
    ids=[
        "empty",
        "text",
        "pdf",
        "svg",
        "cut jpeg",
        "cut png",
        "too many bytes",
        "too small",
        "too many pixels",
    ],
)
def test_refused_with_a_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(PhotoRefused, match=sentence):
        open_photo(data)


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds nothing: a bomb's header."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", len(header))
        + chunk
        + struct.pack(">I", zlib.crc32(chunk))
        + b"\0\0\0\0IDAT"
        + b"\0" * 60
    )


@pytest.mark.parametrize(
    "side", [8_000, 17_400, 100_000], ids=["64 megapixels", "300 megapixels", "10 gigapixels"]
)
def test_a_bomb_is_refused_before_it_is_decoded(side: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image.Image, "load", lambda image: pytest.fail("decoded"))
    with pytest.raises(PhotoRefused, match="60 million pixels"):
        open_photo(png_header(side, side))


def test_location_and_comments_are_gone() -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "SECRETCAM"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (51.0, 28.0, 40.0)
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "SECRETNOTE")
    for data in (
        encoded(picture(), "JPEG", exif=exif, comment=b"SECRETNOTE"),
        encoded(picture(), "PNG", exif=exif, pnginfo=text),
    ):
        assert b"SECRET" in data
        stored = open_photo(data).jpeg
        assert b"SECRET" not in stored
        assert not Image.open(BytesIO(stored)).getexif()


def test_large_photos_are_shrunk_to_a_megapixel_in_proportion() -> None:
    image = open_photo(encoded(picture(3000, 2000))).image
    assert image.width * image.height == pytest.approx(KEPT_PIXELS, rel=0.01)
    assert image.width / image.height == pytest.approx(1.5, rel=0.01)


def test_a_panorama_keeps_every_side_usable() -> None:
    assert min(open_photo(encoded(picture(16_000, 40))).image.size) >= 32


def test_a_huge_transparent_png_costs_little_more_than_its_pixels() -> None:
    code = (
        "import resource, sys; from model.photos.image import open_photo\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "data = sys.stdin.buffer.read(); before = peak()\n"
        "open_photo(data); print((peak() - before) // 1000)"
    )
    data = encoded(Image.new("RGBA", (7700, 7700), (10, 200, 30, 99)), "PNG")
    done = subprocess.run([sys.executable, "-c", code], input=data, capture_output=True, check=True)
    assert int(done.stdout) < 300  # MB, of which the decoded pixels are 237.


def test_strips_leave_no_seams() -> None:
    smooth = picture(2500, 2100)
    expected = smooth.reduce(2).resize((1117, 938), Image.Resampling.BICUBIC)
    assert difference(open_photo(encoded(smooth, "PNG")).image, expected) < 0.6


@given(data=st.binary(max_size=400))
@example(b"\x89PNG\r\n\x1a\n")
@example(b"\xff\xd8\xff\xe0")
@example(b"II*\0\x08\0\0\0")
@example(b"RIFF\x10\0\0\0WEBPVP8L")
@example(b"\0\0\0\x18ftypheic\0\0\0\0")
def test_random_bytes_never_crash_the_gate(data: bytes) -> None:
    with pytest.raises(PhotoRefused):
        open_photo(data)


SEEDS = [encoded(picture(64, 48), kind) for kind in TAKEN]


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=400)
@given(
    seed=st.sampled_from(SEEDS),
    damage=st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), min_size=1, max_size=30),
    cut=st.integers(0, 5000),
)
def test_damaged_photos_are_opened_or_refused(
    seed: bytes, damage: list[tuple[int, int]], cut: int
) -> None:
    data = bytearray(seed)
    for place, value in damage:
        data[place % len(data)] = value
    try:
        image = open_photo(bytes(data[: len(data) - cut % len(data)])).image
    except PhotoRefused:
        return
    assert image.mode == "RGB"
    assert min(image.size) >= 32


def with_segment(jpeg: bytes, marker: int, content: bytes) -> bytes:
    """A JPEG with one segment more, behind its start."""
    return (
        jpeg[:2] + bytes((0xFF, marker)) + struct.pack(">H", len(content) + 2) + content + jpeg[2:]
    )


def test_a_bare_jpeg_is_kept_to_the_last_byte_and_so_is_what_was_exported() -> None:
    data = encoded(picture())
    assert (open_photo(data).jpeg, open_photo(data).sha256) == (data, digest(data))
    for size in ((3000, 2000), (2500, 2100), (1025, 1024), (4000, 40)):
        exported = open_photo(encoded(picture(*size))).jpeg
        assert open_photo(exported).jpeg == exported
    other = encoded(picture(), "PNG")
    assert open_photo(other).sha256 == digest(open_photo(other).jpeg) != digest(other)


@pytest.mark.parametrize(
    "data",
    [
        with_segment(encoded(picture()), 0xFE, b"a comment"),
        with_segment(encoded(picture()), 0xE1, b"Exif\0\0II*\0\x08\0\0\0\0\0"),
        with_segment(encoded(picture()), 0xEB, b"anything"),
        with_segment(encoded(picture()), 0xE0, b"JFXX\0\x10 a thumbnail"),
        encoded(picture()) + b"PK\x03\x04 a ZIP behind the picture",
        encoded(picture()) + encoded(picture(seed=1)),
        encoded(picture().convert("L")),
        encoded(picture().convert("CMYK")),
        encoded(picture(1200, 1200)),
    ],
    ids=[
        "comment",
        "exif",
        "unknown segment",
        "thumbnail",
        "zip behind",
        "picture behind",
        "grey",
        "cmyk",
        "large",
    ],
)
def test_any_other_jpeg_is_stored_anew(data: bytes) -> None:
    stored = open_photo(data).jpeg
    assert stored != data
    assert b"PK" not in stored
    with Image.open(BytesIO(stored)) as image:
        assert isinstance(image, JpegImageFile)
        assert [name for name, _ in image.applist] == ["APP0"]
    assert open_photo(stored).jpeg == stored
