"""Colours: named as sRGB of 0 to 255, computed with as linear light of 0 to 1."""

import numpy as np
from numpy.typing import ArrayLike

from assets.starter.generator.dice import Array, Dice

RGB = tuple[int, int, int]


def linear(colour: ArrayLike) -> Array:
    """sRGB of 0 to 255 as linear light (IEC 61966-2-1)."""
    c = np.asarray(colour, float) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def encoded(light: Array) -> Array:
    """Linear light of 0 to 1 as sRGB of 0 to 1: the way back from `linear`."""
    return np.where(
        light <= 0.0031308, 12.92 * light, 1.055 * np.maximum(light, 1e-9) ** (1 / 2.4) - 0.055
    )


def shade(dice: Dice, *choices: RGB, spread: float = 0.12) -> Array:
    """One of these colours, a little lighter or darker and with a little another hue; linear."""
    colour = linear(dice.pick(*choices))
    return np.clip(
        colour
        * (1 + dice.between(-spread, spread))
        * (1 + dice.uniform(-spread / 2, spread / 2, 3)),
        0.002,
        0.95,
    )


def shades(dice: Dice, colour: ArrayLike, count: int, spread: float = 0.12) -> Array:
    """Many nearly equal colours (count, 3), for many leaves or stones; linear."""
    lightness, hue = dice.normal(spread, count, 1), dice.normal(spread * 0.35, count, 3)
    return np.clip(np.asarray(colour) * (1 + lightness) * (1 + hue), 0.003, 0.95)


def varied(dice: Dice, colour: ArrayLike, spread: float = 0.12) -> Array:
    """Nearly this linear colour."""
    similar: Array = shades(dice, colour, 1, spread)[0]
    return similar


def of_light(kelvin: float) -> Array:
    """About the colour of a lamp or sky, white at 6,500 K: lower is warmer."""
    warmth = (kelvin - 6500) / 6500
    return np.clip([1 - 0.55 * warmth, 1 - 0.05 * abs(warmth), 1 + 0.85 * warmth], 0.12, 1.6)
