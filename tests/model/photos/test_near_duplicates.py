"""Fingerprints: copies of a photo are recognised by them, and other photos are not."""

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from model.photos.near_duplicates import (
    BLOCK,
    FINGERPRINT_PX,
    FingerprintIndex,
    decode_fingerprint,
    fingerprint,
)
from model.photos.photo_id import PhotoId
from tests.conftest import STARTER_PHOTOS, picture
from tests.starter_set import ROWS

PLANTED = {number for number, row in enumerate(ROWS, 1) if row["twin"]}  # Copies of other photos

Change = Callable[[Image.Image], Image.Image]


def photo(number: int) -> Image.Image:
    """A photo of the starter set."""
    return Image.open(STARTER_PHOTOS / f"{number:04d}.jpg").convert("RGB")


def window(
    image: Image.Image, left: float, upper: float, right: float, lower: float
) -> Image.Image:
    """A part of a picture, its edges as shares of the sides."""
    width, height = image.size
    return image.crop(
        (round(left * width), round(upper * height), round(right * width), round(lower * height))
    )


@pytest.fixture(scope="module")
def forty() -> FingerprintIndex:
    """Forty photos, named by their numbers."""
    index = FingerprintIndex()
    for number in range(1, 41):
        if number not in PLANTED:
            index.add(PhotoId(str(number)), fingerprint(photo(number)))
    return index


@pytest.mark.parametrize(
    "change",
    [
        lambda image: image,
        lambda image: image.resize((image.width * 3, image.height * 3)),
        lambda image: image.resize((image.width // 3, image.height // 3)),
        lambda image: ImageEnhance.Brightness(image).enhance(0.7),
        lambda image: ImageEnhance.Contrast(image).enhance(0.8),
        lambda image: window(image, 0.2, 0, 1, 0.8),
        lambda image: window(image, 0.05, 0.1, 1, 0.9),
    ],
    ids=["itself", "larger", "smaller", "darker", "paler", "a corner", "cropped a little"],
)
def test_a_copy_is_recognised(forty: FingerprintIndex, change: Change) -> None:
    assert [forty.alike(fingerprint(change(photo(number)))) for number in (1, 8, 20)] == [
        ["1"],
        ["8"],
        ["20"],
    ]


def test_the_whole_is_recognised_by_a_known_crop() -> None:
    index = FingerprintIndex()
    index.add(PhotoId("crop"), fingerprint(window(photo(8), 0.2, 0.1, 1, 0.9)))
    assert index.alike(fingerprint(photo(8))) == ["crop"]


def test_frames_that_each_show_what_the_other_does_not_are_alike() -> None:
    index = FingerprintIndex()
    index.add(PhotoId("first frame"), fingerprint(window(photo(8), 0, 0.06, 0.94, 1)))
    assert index.alike(fingerprint(window(photo(8), 0.06, 0, 1, 0.94))) == ["first frame"]


def test_other_photos_are_not_alike(forty: FingerprintIndex) -> None:
    others = [number for number in range(41, 71) if number not in PLANTED]
    assert [forty.alike(fingerprint(photo(number))) for number in others] == [[]] * len(others)


def test_smooth_pictures_are_alike_only_to_themselves() -> None:
    index = FingerprintIndex()
    for seed in range(30):
        jpeg = fingerprint(picture(seed=seed))
        assert index.alike(jpeg) == []
        index.add(PhotoId(str(seed)), jpeg)
    assert index.alike(fingerprint(picture(seed=7))) == ["7"]


@pytest.mark.parametrize("colour", ["black", "white", "red"])
def test_even_pictures_say_nothing(forty: FingerprintIndex, colour: str) -> None:
    index = FingerprintIndex()
    index.add(PhotoId("even"), fingerprint(Image.new("RGB", (200, 100), colour)))
    assert index.alike(fingerprint(Image.new("RGB", (200, 100), colour))) == []
    assert forty.alike(fingerprint(Image.new("RGB", (200, 100), colour))) == []


def test_nothing_is_alike_where_nothing_is_known() -> None:
    assert FingerprintIndex().alike(fingerprint(photo(1))) == []


@pytest.mark.parametrize(
    "size", [(32, 32), (16_000, 40), (40, 3000)], ids=["tiny", "panorama", "tower"]
)
def test_any_shape_has_a_fingerprint_and_can_be_compared(
    forty: FingerprintIndex, size: tuple[int, int]
) -> None:
    jpeg = fingerprint(photo(1).resize(size))
    assert max(decode_fingerprint(jpeg).size) == FINGERPRINT_PX
    index = FingerprintIndex()
    index.add(PhotoId("odd"), jpeg)
    assert index.alike(jpeg) == ["odd"]
    assert set(forty.alike(jpeg)) <= {"1"}


def test_a_fingerprint_is_small() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    assert len(fingerprint(photo(1))) < 4_000
    assert len(fingerprint(Image.fromarray(noise))) < 10_000  # No picture has more details.


def test_more_photos_than_a_block_are_all_looked_at() -> None:
    index, even = FingerprintIndex(), fingerprint(Image.new("RGB", (64, 64)))
    index.add(PhotoId("first"), fingerprint(photo(1)))
    for number in range(BLOCK):
        index.add(PhotoId(f"even {number}"), even)
    index.add(PhotoId("last"), fingerprint(photo(8)))
    assert index.alike(fingerprint(photo(1))) == ["first"]
    assert index.alike(fingerprint(photo(8))) == ["last"]
