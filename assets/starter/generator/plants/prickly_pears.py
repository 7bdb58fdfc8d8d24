"""Cacti of pads and joints: prickly pears, bunny ears, chollas."""

import math

import numpy as np

from assets.starter.generator.camera import Framing
from assets.starter.generator.colour import RGB, linear, shade
from assets.starter.generator.dice import Array, Dice, mixed, unit
from assets.starter.generator.plants.pads import Pads, pad, rolled
from assets.starter.generator.plants.stem import Cactus, leaning
from assets.starter.generator.shapes import tube
from assets.starter.generator.species import Species
from assets.starter.generator.stage import Parts

PAD_GREENS: tuple[RGB, ...] = (
    (96, 128, 66),
    (112, 140, 92),
    (128, 150, 128),
    (84, 118, 62),
    (120, 128, 120),
    (132, 152, 84),
)


def prickly_pear(dice: Dice, potted: bool) -> Parts:
    """A few generations of pads (Opuntia)."""
    length = dice.between(0.06, 0.12) if potted else dice.between(0.18, 0.35)
    cactus = Cactus.rolled(dice, 3 * length, PAD_GREENS)
    armour, generations = cactus.armour, dice.whole(1, 3) if potted else dice.whole(2, 4)
    armour.radial, armour.central, armour.length, armour.spread, armour.cushion = (
        dice.whole(2, 5),
        dice.whole(0, 3),
        dice.between(0.3, 1.6),
        1.0,
        0.1,
    )
    kind = rolled(dice, dice.between(0.12, 0.18), 3)
    for stem in range(1 if dice.chance(0.5) else dice.whole(2, 4)):
        turn = dice.angle() if stem else dice.between(-0.7, 0.7)
        away = (
            np.append(dice.uniform(-0.9, 0.9, 2) * length, -0.08 * length)
            if stem
            else np.array([0, 0, -0.08 * length])
        )
        lean = np.append(dice.uniform(-0.25, 0.25, 2), 1)
        pad(
            cactus,
            kind,
            away,
            lean,
            np.array([math.sin(turn), -math.cos(turn), 0]),
            length,
            max(1, generations - (stem > 0)),
        )
    return cactus.parts


def bunny_ears(dice: Dice, potted: bool) -> Parts:
    """Small velvet pads with dots of gold, white or rust (Opuntia microdasys)."""
    length = dice.between(0.05, 0.1)
    cactus = Cactus.rolled(
        dice,
        3 * length,
        ((110, 146, 80), (96, 132, 70)),
        ((238, 214, 120), (245, 240, 230), (150, 84, 44)),
    )
    armour = cactus.armour
    armour.radial, armour.central, armour.length, armour.spread, armour.cushion = (
        dice.whole(10, 16),
        0,
        0.35,
        1.0,
        0.2,
    )
    armour.wool = armour.colour
    kind = Pads(
        wide=dice.between(0.65, 0.9),
        spacing=dice.between(0.075, 0.1),
        rimmed=None,
        branches=3,
        fruit=None,
        flower=None,
        floppiness=0.2,
    )
    for stem in range(dice.pick(1, 2, 3, 5, 7)):
        away = (
            np.append(dice.uniform(-0.9, 0.9, 2) * length, -0.05 * length)
            if stem
            else np.array([0, 0, -0.05 * length])
        )
        pad(
            cactus,
            kind,
            away,
            np.append(dice.uniform(-0.2, 0.2, 2), 1),
            np.array([dice.between(-0.6, 0.6), -1, 0]),
            length,
            dice.whole(1, 2),
        )
    return cactus.parts


def prickly_pear_tree(dice: Dice, potted: bool) -> Parts:
    """Pads on a trunk, as high as a house (Opuntia ficus-indica, echios)."""
    length = dice.between(0.3, 0.45)
    cactus = Cactus.rolled(dice, 8 * length, PAD_GREENS)
    armour = cactus.armour
    armour.radial, armour.central, armour.length, armour.spread, armour.cushion = (
        3,
        1,
        dice.between(0.2, 0.6),
        1.0,
        0.08,
    )
    kind, trunk = rolled(dice, dice.between(0.16, 0.22), 3), dice.between(1, 4.5) * length
    t = np.linspace(0, 1, 16)
    path = leaning(dice, np.c_[0 * t, 0 * t, t * trunk], 0.15)
    tube(
        cactus.body,
        path,
        length * (0.28 - 0.12 * t),
        mixed(linear((120, 100, 76)), cactus.colour, 0.2),
        sides=12,
    )
    for branch in range(dice.whole(4, 7)):
        turn = branch * 2.4 + dice.between(-0.4, 0.4)
        out = np.array([math.cos(turn), math.sin(turn), dice.between(0.6, 1.6)])
        foot = path[-1 - int(dice.between(0, 4))] - (0, 0, 0.1 * length)
        face = (
            np.array([-math.sin(turn), math.cos(turn), dice.between(-0.3, 0.3)])
            if dice.chance(0.5)
            else out * (-1, -1, 1)
        )
        pad(cactus, kind, foot, out, face, length * dice.between(0.85, 1.1), dice.whole(2, 3))
    return cactus.parts


def prickly_pear_hedge(dice: Dice, potted: bool) -> Parts:
    """A thicket of pads as wide as the frame (Opuntia)."""
    length = dice.between(0.22, 0.34)
    cactus = Cactus.rolled(dice, 6 * length, PAD_GREENS)
    armour = cactus.armour
    armour.radial, armour.central, armour.length, armour.spread, armour.cushion = (
        3,
        1,
        dice.between(0.3, 1),
        1.0,
        0.09,
    )
    kind = rolled(dice, dice.between(0.16, 0.22), 4)
    for stem in range(dice.whole(32, 40)):
        at = np.array(
            [
                (stem % 10 - 4.5) * 0.75 * length + dice.between(-0.3, 0.3) * length,
                (stem // 10 % 2) * 0.9 * length + dice.between(-0.4, 0.4) * length,
                dice.between(-0.1, 0.8) * length + (stem // 20) * dice.between(0.6, 1.6) * length,
            ]
        )
        turn = dice.angle()
        pad(
            cactus,
            kind,
            at,
            np.append(dice.uniform(-0.5, 0.5, 2), 1),
            np.array([math.sin(turn), -math.cos(turn), 0]),
            length,
            dice.pick(2, 2, 3),
        )
    return cactus.parts


def cholla(dice: Dice, potted: bool) -> Parts:
    """A small tree of straw-coloured joints (Cylindropuntia bigelovii, fulgida, imbricata)."""
    height = dice.between(0.8, 2.2)
    cactus = Cactus.rolled(
        dice,
        height,
        ((110, 128, 84), (124, 136, 96), (96, 116, 80)),
        ((232, 216, 160), (240, 230, 190), (200, 180, 130)),
    )
    armour = cactus.armour
    armour.radial, armour.central, armour.length, armour.spread = (
        dice.whole(8, 12),
        2,
        dice.between(1.2, 2.2),
        0.7,
    )
    fruit = shade(dice, (190, 180, 70), (120, 140, 70)) if dice.chance(0.4) else None

    def joint(foot: Array, direction: Array, length: float, radius: float, depth: int) -> None:
        t = np.linspace(0, 1, 16)
        path = (
            foot + np.outer(t * length, unit(direction)) + np.outer(t**2 * length * 0.15, (0, 0, 1))
        )
        reach = radius * np.clip(np.minimum(t / 0.12, (1 - t) / 0.15), 0.0004, 1) ** 0.5
        cactus.ribbed_stem(path, reach, 6, 0.25, radius * 0.85, twist=2 / length, bumps=0.8)
        for _ in range(dice.whole(2, 4) if depth else 0):
            turn, share = dice.angle(), dice.between(0.55, 0.98)
            out = unit(direction) * dice.between(0.2, 0.9) + (
                math.cos(turn),
                math.sin(turn),
                dice.between(-0.2, 0.5),
            )
            joint(
                path[int(share * 15)],
                out,
                length * dice.between(0.6, 0.9),
                radius * 0.88,
                depth - 1,
            )
        if fruit is not None and not depth:
            for _ in range(2):
                tip = path[-1] + dice.normal(0.4 * radius, 3)
                tube(
                    cactus.body,
                    tip + np.outer(t[:5] * 4 * radius * 0.35, (0, 0, 1)),
                    radius * 0.5,
                    fruit,
                    sides=7,
                )

    joint(np.zeros(3), np.array([*dice.uniform(-0.1, 0.1, 2), 1]), height * 0.42, height * 0.045, 3)
    return cactus.parts


POTS = ("studio", "window_sill", "table", "nursery", "patio")
SPECIES = (
    Species(
        "prickly_pear",
        "cactus",
        prickly_pear,
        (*POTS, "rockery", "desert", "desert", "garden"),
        (Framing.PORTRAIT, Framing.PORTRAIT, Framing.CLOSE),
        share=1.8,
    ),
    Species(
        "bunny_ears",
        "cactus",
        bunny_ears,
        (*POTS, "studio", "hand"),
        (Framing.PORTRAIT, Framing.PORTRAIT, Framing.CLOSE),
        share=2.4,
    ),
    Species(
        "prickly_pear_tree",
        "cactus",
        prickly_pear_tree,
        ("garden", "desert", "skyline"),
        (Framing.STANDING, Framing.STANDING, Framing.CLOSE),
        look_alike=True,
    ),
    Species(
        "prickly_pear_hedge",
        "cactus",
        prickly_pear_hedge,
        ("garden", "desert", "rockery"),
        (Framing.CLOSE, Framing.CLOSE, Framing.CLOSE, Framing.STANDING),
        share=1.2,
        look_alike=True,
    ),
    Species(
        "cholla",
        "cactus",
        cholla,
        ("desert", "desert", "skyline"),
        (Framing.PORTRAIT, Framing.STANDING, Framing.CLOSE),
        share=0.9,
        look_alike=True,
    ),
)
