"""From light to a JPEG."""

from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from assets.starter.generator.development import Development, develop, rolled
from assets.starter.generator.dice import Dice

PLAIN = Development(
    exposure=0,
    spot=1,
    warmth=0,
    tint=0,
    vignette=0,
    haze=0,
    saturation=1,
    noise=0,
    blur=0,
    quality=95,
)


def scene(plant: float, around: float) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Grey light with a square plant of another brightness in the middle."""
    light, mask = np.full((96, 96, 3), around, np.float32), np.zeros((96, 96), bool)
    mask[32:64, 32:64] = True
    light[mask] = plant
    return light, mask


def developed(
    light: NDArray[np.float32], mask: NDArray[np.bool_], how: Development
) -> NDArray[np.float64]:
    with Image.open(BytesIO(develop(light, mask, how, Dice("development")))) as image:
        return np.asarray(image.convert("RGB"), float)


@pytest.mark.parametrize("brightness", [0.001, 0.1, 5.0])
def test_the_plant_is_exposed_for_whatever_the_light(brightness: float) -> None:
    light, mask = scene(brightness, brightness * 20)
    assert 90 < developed(light, mask, PLAIN)[mask].mean() < 170


def test_the_whole_frame_is_metered_where_the_plant_does_not_count() -> None:
    light, mask = scene(0.1, 2.0)
    assert (
        developed(light, mask, replace(PLAIN, spot=0))[mask].mean()
        < developed(light, mask, PLAIN)[mask].mean() - 20
    )


def test_settings_do_what_they_say() -> None:
    light, mask = scene(0.2, 0.3)
    plain = developed(light, mask, PLAIN)
    assert developed(light, mask, replace(PLAIN, exposure=0.4)).mean() > plain.mean() + 10
    warm = developed(light, mask, replace(PLAIN, warmth=0.15))
    assert warm[..., 0].mean() > warm[..., 2].mean() + 10
    corner, middle = np.s_[:8, :8], np.s_[44:52, 44:52]
    vignetted = developed(light, np.zeros_like(mask), replace(PLAIN, vignette=0.5))
    assert (
        plain[corner].mean() - vignetted[corner].mean()
        > plain[middle].mean() - vignetted[middle].mean() + 5
    )
    assert developed(light, mask, replace(PLAIN, noise=1))[:24].std() > plain[:24].std() + 1


def test_light_without_a_plant_or_without_light_is_developed_too() -> None:
    nothing = np.zeros((96, 96), bool)
    for light in (
        np.zeros((96, 96, 3), np.float32),
        np.full((96, 96, 3), np.nan, np.float32),
        np.full((96, 96, 3), 1e9, np.float32),
    ):
        assert developed(light, nothing, PLAIN).shape == (96, 96, 3)


def test_what_is_rolled_stays_believable() -> None:
    for seed in range(200):
        how = rolled(Dice(seed))
        assert abs(how.exposure) < 0.5
        assert 0 < how.noise <= 1
        assert 60 <= how.quality <= 95
        assert abs(how.warmth) < 0.4
