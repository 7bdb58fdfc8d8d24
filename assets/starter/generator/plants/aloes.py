"""Aloes, and the candles they flower with."""

import math

import numpy as np
from numpy.typing import ArrayLike

from assets.starter.generator.camera import Framing
from assets.starter.generator.colour import RGB, linear, shade, shades
from assets.starter.generator.dice import Array, Dice, mixed, unit
from assets.starter.generator.materials import Coloured, Leaf
from assets.starter.generator.mesh import Mesh
from assets.starter.generator.plants.fleshy import Blade
from assets.starter.generator.plants.tufts import Tuft, spots, stiff_skin, tuft
from assets.starter.generator.shapes import GOLDEN_ANGLE, frames, tube
from assets.starter.generator.species import Species
from assets.starter.generator.stage import Part, Parts

ALOE_GREENS: tuple[RGB, ...] = (
    (104, 136, 84),
    (128, 152, 118),
    (92, 124, 88),
    (140, 158, 110),
    (116, 146, 132),
)
CANDLES: tuple[RGB, ...] = (
    (226, 74, 40),
    (238, 120, 50),
    (244, 190, 60),
    (214, 50, 48),
    (240, 150, 110),
)


def aloe(dice: Dice, potted: bool) -> Parts:
    """Toothed leaves in a tuft (Aloe vera, aristata, maculata), plain or spotted."""
    length = dice.between(0.12, 0.32) if potted else dice.between(0.3, 0.7)
    leaves, thorns = Mesh(), Mesh()
    kind = _aloe_tuft(dice)
    paint = spots(dice, dice.between(0.7, 1.4)) if dice.chance(0.5) else None
    for head in range(1 if dice.chance(0.65) else dice.whole(2, 5)):
        turn, away = dice.angle(), dice.between(0.4, 0.75) * length if head else 0.0
        at = np.array([away * math.cos(turn), away * math.sin(turn), 0])
        tuft(
            leaves, thorns, dice, at, length * (dice.between(0.4, 0.8) if head else 1), kind, paint
        )
    return [Part(leaves, stiff_skin(dice, length)), Part(thorns, Coloured(roughness=0.5))]


def _aloe_tuft(dice: Dice) -> Tuft:
    blade = Blade(
        width=dice.between(0.06, 0.11),
        thickness=dice.between(0.05, 0.09),
        swell=0.12,
        taper=0.8,
        curl=dice.between(-0.5, 0.4),
        cup=dice.between(0.15, 0.5),
        point=0.3,
        flatness=0.25,
        edge=0.15,
        tip=dice.between(0.04, 0.12),
        points=(22, 16),
    )
    colours = (
        shade(dice, *ALOE_GREENS, spread=0.15),
        shade(dice, (150, 110, 70), (120, 70, 60), (140, 140, 90)),
    )
    return Tuft(
        blade,
        dice.whole(12, 28),
        colours,
        spread=dice.between(0.9, 1.4),
        teeth=dice.whole(14, 28),
        tooth=shade(dice, (226, 214, 170), (180, 110, 80)),
    )


def candle(
    flowers: Mesh, stalks: Mesh, dice: Dice, foot: ArrayLike, height: float, colour: Array
) -> None:
    """A spike of hanging tubes: buds above, open ones below, on a bare stalk."""
    t = np.linspace(0, 1, 24)
    lean = dice.uniform(-0.12, 0.12, 2)
    path = np.c_[height * lean[0] * t**2, height * lean[1] * t**2, height * t] + np.asarray(
        foot, float
    )
    tube(
        stalks,
        path,
        height * np.linspace(0.014, 0.005, 24),
        linear(dice.pick((120, 110, 70), (130, 80, 70), (110, 130, 80))),
        sides=7,
    )
    along, first, second = frames(path)
    count = int(dice.between(90, 170))
    place = np.sort(dice.uniform(dice.between(0.5, 0.68), 0.99, count))
    at = np.stack([np.interp(place, t, path[:, axis]) for axis in range(3)], 1)
    row, turn = np.minimum((place * 23).astype(int), 23), np.arange(count) * GOLDEN_ANGLE
    out = np.cos(turn)[:, None] * first[row] + np.sin(turn)[:, None] * second[row]
    youth = ((place - place.min()) / np.ptp(place))[:, None]  # Young buds, on top, still stand up.
    directions = unit(out + along[row] * (1.6 * youth - 1.1) + (0, 0, -0.25) * (1 - youth))
    size = height * dice.between(0.055, 0.085) * (1 - 0.72 * youth[:, 0])
    tips = shade(dice, (240, 210, 110), (180, 190, 120), (250, 225, 160))
    for one, direction, long, young, tint in zip(
        at, directions, size, youth[:, 0], shades(dice, colour, count, 0.08), strict=True
    ):
        petal = np.linspace(0, 1, 6)
        bell = one + np.outer(petal * long, direction)
        tube(
            flowers,
            bell,
            long * 0.15 * np.array([0.5, 0.9, 1, 1, 1.05, 0.5]),
            mixed(tint, tips, 0.7 * petal**3 * (1 - 0.4 * young)),
            sides=6,
        )


def aloe_in_flower(dice: Dice, potted: bool) -> Parts:
    """A clump of aloes with its red, orange or yellow candles (Aloe arborescens, vera, ferox)."""
    length = dice.between(0.35, 0.7)
    leaves, thorns, flowers, stalks = Mesh(), Mesh(), Mesh(), Mesh()
    kind, colour = _aloe_tuft(dice), shade(dice, *CANDLES, spread=0.1)
    for head in range(dice.whole(1, 6)):
        turn, away = head * GOLDEN_ANGLE, 0.6 * length * math.sqrt(head)
        at = np.array([away * math.cos(turn), away * math.sin(turn), 0])
        tuft(leaves, thorns, dice, at, length * dice.between(0.7, 1), kind)
        for _ in range(dice.pick(0, 1, 1, 2) if head else dice.whole(1, 3)):
            candle(
                flowers,
                stalks,
                dice,
                np.add(at, (*dice.uniform(-0.06, 0.06, 2), 0.1)),
                length * dice.between(1.3, 2.1),
                colour,
            )
    return [
        Part(leaves, stiff_skin(dice, length)),
        Part(thorns, Coloured()),
        Part(flowers, Leaf(translucency=0.25, roughness=0.35)),
        Part(stalks, Coloured()),
    ]


def aloe_candle(dice: Dice, potted: bool) -> Parts:
    """The flower itself, from near: one to three candles (Aloe)."""
    flowers, stalks = Mesh(), Mesh()
    colour = shade(dice, *CANDLES, spread=0.1)
    for spike in range(dice.pick(1, 1, 2, 3)):
        at = (
            (dice.between(-0.25, 0.25), dice.between(0, 0.4), dice.between(-0.2, 0.1))
            if spike
            else (0, 0, 0)
        )
        candle(flowers, stalks, dice, at, dice.between(0.6, 0.8), colour)
    return [Part(flowers, Leaf(translucency=0.25, roughness=0.35)), Part(stalks, Coloured())]


POTS = ("studio", "studio", "table", "window_sill", "patio")
SPECIES = (
    Species(
        "aloe",
        "succulent",
        aloe,
        (*POTS, "nursery", "garden", "rockery", "field"),
        (Framing.PORTRAIT, Framing.ABOVE, Framing.CLOSE),
        share=1.5,
    ),
    Species(
        "aloe_in_flower",
        "succulent",
        aloe_in_flower,
        ("garden", "rockery", "field", "desert"),
        (Framing.PORTRAIT, Framing.CLOSE),
        share=1.4,
        look_alike=True,
    ),
    Species(
        "aloe_candle",
        "succulent",
        aloe_candle,
        ("bokeh",),
        (Framing.CLOSE, Framing.CLOSE, Framing.PORTRAIT),
        look_alike=True,
    ),
)
