"""Cacti that grow as columns.

Cereus and its kin, candelabras, the saguaro, the old man, crested forms.
"""

import math

import numpy as np

from assets.starter.generator.camera import Framing
from assets.starter.generator.colour import RGB, linear, shade
from assets.starter.generator.dice import Array, Dice
from assets.starter.generator.plants.stem import FLOWERS, Cactus, domed, leaning
from assets.starter.generator.shapes import grid
from assets.starter.generator.species import Species
from assets.starter.generator.stage import Parts

TALL_GREENS: tuple[RGB, ...] = (
    (96, 124, 60),
    (120, 140, 70),
    (84, 112, 72),
    (90, 120, 110),
    (110, 132, 120),
    (104, 118, 62),
    (134, 150, 80),
)
WHITE_HAIR: tuple[RGB, ...] = ((240, 236, 226), (222, 200, 150), (216, 214, 210))


def columns(dice: Dice, potted: bool) -> Parts:
    """One to seven ribbed columns from one foot (Cereus, Pilosocereus, Stenocereus)."""
    height = dice.between(0.12, 0.5) if potted else dice.between(0.8, 3.5)
    cactus = Cactus.rolled(dice, height)
    ribs, depth, sharpness = dice.whole(5, 13), dice.between(0.15, 0.4), dice.between(0.6, 1.5)
    thickness = height * dice.between(0.07, 0.17)
    spacing, twist, cork = (
        thickness * dice.between(0.22, 0.5),
        dice.between(-0.4, 0.4) / height,
        dice.pick(0, 0, 0.15, 0.3),
    )
    stems = 1 if dice.chance(0.45) else dice.whole(2, 7)
    for stem in range(stems):
        radius = thickness * dice.between(0.85, 1.1)
        path, reach = domed(
            height * (dice.between(0.35, 0.95) if stem else 1),
            radius,
            radius * dice.between(0.8, 1.3),
        )
        path = leaning(dice, path, 0.12 if stems == 1 else 0.3)
        waist = 1 + 0.05 * np.sin(path[:, 2] / radius * dice.between(1, 2) + dice.angle())
        reach = reach * waist * (1 - 0.22 * np.exp(-path[:, 2] / radius / 1.5))
        turn, away = dice.angle(), thickness * dice.between(1.7, 3.2) if stem else 0.0
        foot = (away * math.cos(turn), away * math.sin(turn), -0.1 * radius)
        cactus.ribbed_stem(
            path + foot,
            reach,
            ribs,
            depth,
            spacing,
            sharpness=sharpness,
            twist=twist,
            bumps=dice.between(0, 0.35),
            cork=cork,
        )
    return cactus.parts


def arm(
    dice: Dice, foot: Array, turn: float, out: float, up: float, radius: float
) -> tuple[Array, Array]:
    """A branch that grows out sideways and then up: its path (n, 3) and radius (n,)."""
    t = np.linspace(0, math.pi / 2, 20)
    direction, arch = (
        np.array([math.cos(turn), math.sin(turn)]),
        np.sin(np.linspace(0, math.pi / 2, 12))[1:],
    )
    elbow = np.c_[np.outer(out * np.sin(t), direction), 0.8 * out * (1 - np.cos(t))]
    rise = np.r_[np.linspace(0, up, 30)[1:], up + radius * arch]
    upright = np.c_[
        elbow[-1, :2] + np.outer(rise * dice.between(-0.1, 0.1), direction), elbow[-1, 2] + rise
    ]
    reach = np.full(len(elbow) + len(upright), radius)
    reach[:20] *= np.linspace(0.7, 1, 20)
    reach[-11:] *= np.sqrt(np.clip(1 - arch**2, 0.0004, 1))
    return np.r_[elbow, upright] + foot, reach


def saguaro(dice: Dice, potted: bool) -> Parts:
    """A tall column with arms that turn up (Carnegiea gigantea)."""
    height = dice.between(2.5, 8)
    cactus = Cactus.rolled(dice, height, ((88, 108, 72), (104, 118, 82), (82, 104, 78)))
    cactus.armour.length, radius, ribs = (
        dice.between(0.5, 0.9),
        height * dice.between(0.055, 0.085),
        dice.whole(12, 20),
    )
    spacing = radius * dice.between(0.24, 0.34)
    path, reach = domed(height, radius, radius * dice.between(0.8, 1.3), 90)
    reach = reach * (0.8 + 0.2 * np.clip(path[:, 2] / height / 0.3, 0, 1))
    cactus.ribbed_stem(
        leaning(dice, path, 0.04),
        reach,
        ribs,
        dice.between(0.16, 0.25),
        spacing,
        cork=dice.pick(0, 0.1, 0.2),
    )
    for _ in range(0 if dice.chance(0.12) else dice.whole(1, 6)):
        start, turn = (
            height * dice.between(0.28, 0.6),
            dice.pick(0, math.pi) + dice.between(-0.8, 0.8),
        )
        room = min(dice.between(0.15, 0.5), 0.97 - start / height) * height
        bent, thick = arm(
            dice,
            np.array([0, 0, start]),
            turn,
            radius * dice.between(2.2, 3.4),
            room,
            radius * dice.between(0.55, 0.8),
        )
        cactus.ribbed_stem(bent, thick, max(9, ribs - dice.whole(2, 5)), 0.2, spacing)
    if dice.chance(0.15):
        for offset in dice.normal(0.4 * radius, 8, 2):
            cactus.flower(
                (*offset, height), (*offset / radius, 1), radius * 0.35, linear((245, 240, 225))
            )
    return cactus.parts


def candelabra(dice: Dice, potted: bool) -> Parts:
    """A great stand of columns that branch from a short trunk (Pachycereus, Myrtillocactus)."""
    height = dice.between(2.5, 7)
    cactus = Cactus.rolled(dice, height, TALL_GREENS)
    cactus.armour.length, cactus.armour.radial, cactus.armour.central = dice.between(0.4, 0.8), 6, 1
    radius, ribs, spacing = (
        height * dice.between(0.025, 0.045),
        dice.whole(5, 10),
        height * dice.between(0.012, 0.02),
    )
    depth, wide, cork = dice.between(0.2, 0.4), height * dice.between(0.2, 0.6), dice.pick(0, 0.1)
    trunk = height * dice.between(0.12, 0.3)
    path, reach = domed(1.3 * trunk, 1.8 * radius, radius, 40)
    cactus.ribbed_stem(path, reach, ribs + 2, depth, spacing, cork=0.9)
    for stem in range(dice.whole(12, 34)):
        turn, tall, thick = (
            dice.angle(),
            height * dice.between(0.5, 1),
            radius * dice.between(0.8, 1.15),
        )
        out = wide * math.sqrt(dice.between(0.01, 1))
        foot = np.array([0, 0, dice.between(0.4, 1) * trunk])
        path, reach = arm(
            dice, foot, turn, out, max(tall - foot[2] - 0.7 * out, 0.2 * height), thick
        )
        cactus.ribbed_stem(path, reach, ribs, depth, spacing, cork=0 if stem else cork)
    return cactus.parts


def organ_pipes(dice: Dice, potted: bool) -> Parts:
    """A thicket of columns side by side from the ground (Stenocereus thurberi, Cereus hedges)."""
    height = dice.between(0.25, 0.45) if potted else dice.between(1.5, 4)
    cactus = Cactus.rolled(dice, height, TALL_GREENS)
    cactus.armour.radial, cactus.armour.central, cactus.armour.length = (
        dice.whole(5, 8),
        dice.whole(0, 1),
        dice.between(0.4, 1),
    )
    radius, ribs = height * dice.between(0.035, 0.06), dice.whole(5, 12)
    spacing, depth = radius * dice.between(0.4, 0.6), dice.between(0.2, 0.4)
    for stem in range(dice.whole(10, 24)):
        tall, thick = height * dice.between(0.45, 1), radius * dice.between(0.85, 1.15)
        path, reach = domed(tall, thick, thick, 40)
        away, turn = 1.7 * radius * math.sqrt(stem), stem * 2.4
        foot = (away * math.cos(turn), away * math.sin(turn), -0.2 * radius)
        cactus.ribbed_stem(leaning(dice, path, 0.15) + foot, reach, ribs, depth, spacing)
    return cactus.parts


def fairy_castle(dice: Dice, potted: bool) -> Parts:
    """Many small angled stems of all heights, branching low (Acanthocereus)."""
    height = dice.between(0.1, 0.22)
    cactus = Cactus.rolled(
        dice,
        height,
        ((84, 130, 60), (70, 112, 52), (104, 140, 72)),
        ((236, 228, 200), (200, 180, 140)),
    )
    cactus.armour.radial, cactus.armour.central, cactus.armour.length = 6, 0, dice.between(0.3, 0.7)
    for stem in range(dice.whole(10, 22)):
        tall, thick = height * dice.between(0.25, 1) ** 1.2, height * dice.between(0.055, 0.08)
        path, reach = domed(tall, thick, thick, 30)
        foot = (*dice.normal(0.11 * height, 2), dice.between(0, 0.25) * height if stem > 6 else 0)
        cactus.ribbed_stem(leaning(dice, path, 0.2) + foot, reach, 5, 0.3, thick * 0.5)
    return cactus.parts


def old_man(dice: Dice, potted: bool) -> Parts:
    """Columns hidden under white hair (Cephalocereus senilis, Espostoa, Cleistocactus strausii)."""
    height = dice.between(0.15, 0.5) if potted else dice.between(0.6, 2.0)
    cactus = Cactus.rolled(dice, height, spines=WHITE_HAIR)
    armour = cactus.armour
    armour.radial, armour.central, armour.length, armour.thickness = (
        dice.whole(14, 22),
        1,
        dice.between(0.8, 2),
        0.7,
    )
    thickness = height * dice.between(0.09, 0.16)
    for stem in range(1 if dice.chance(0.5) else dice.whole(2, 6)):
        path, reach = domed(
            height * (dice.between(0.4, 0.9) if stem else 1),
            thickness * dice.between(0.85, 1),
            thickness,
        )
        turn, away = dice.angle(), thickness * dice.between(2, 3) if stem else 0.0
        foot = (away * math.cos(turn), away * math.sin(turn), 0)
        cactus.ribbed_stem(
            leaning(dice, path, 0.15) + foot,
            reach,
            dice.whole(16, 24),
            0.12,
            thickness * dice.between(0.2, 0.3),
        )
    return cactus.parts


def crested(dice: Dice, potted: bool) -> Parts:
    """A stem whose tip has grown into a wavy fan (cristate Cereus, Mammillaria, Myrtillocactus)."""
    size = dice.between(0.08, 0.2)
    cactus = Cactus.rolled(dice, size)
    cactus.armour.length, cactus.armour.spread = dice.between(0.3, 0.7), 0.3
    ridge = np.linspace(-1, 1, 120)
    fold = sum(
        dice.between(0.3, 1) * np.sin(waves * ridge + dice.angle()) / waves**0.5
        for waves in dice.uniform(4, 17, 3)
    )
    line = (
        size
        * np.c_[
            0.75 * ridge + 0.06 * np.sin(9 * ridge + dice.angle()), dice.between(0.25, 0.5) * fold
        ]
    )
    across = np.gradient(line, axis=0)[:, ::-1] * (1, -1)
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    end = np.clip(1 - np.abs(ridge) ** 6, 0.0004, 1) ** 0.5  # Both ends close.
    top = size * (0.75 - 0.35 * ridge**2 + 0.06 * np.sin(5 * ridge + dice.angle())) * end
    around = np.linspace(0, math.pi, 28)
    folds = 1 + 0.1 * np.abs(np.sin(np.arange(120)[:, None] * math.pi / 3))
    width = dice.between(0.11, 0.17) * size * np.cos(around)[None] * folds * end[:, None]
    rise = np.sin(around)[None] ** 0.6 * top[:, None]
    points = np.dstack([line[:, None] + width[..., None] * across[:, None], rise])
    shade_of = cactus.colour * (0.7 + 0.4 * np.sin(around))[None, :, None] * np.ones((120, 1, 1))
    cactus.body.add(points, grid(120, 28, closed=False), shade_of.reshape(-1, 3))
    normals = np.dstack(
        [
            np.cos(around)[None, :, None] * across[:, None],
            np.broadcast_to(np.sin(around), (120, 28)),
        ]
    )
    for row in range(1, 27, 2):
        at, out = points[row % 3 :: 3, row], normals[row % 3 :: 3, row]
        cactus.arm(at, out, np.cross(out, np.c_[across, 0 * top][row % 3 :: 3]), size * 0.05)
    return cactus.parts


def column_in_flower(dice: Dice, potted: bool) -> Parts:
    """A column with flowers on its sides (Cereus, Trichocereus, Echinopsis)."""
    height = dice.between(0.15, 0.4)
    cactus = Cactus.rolled(dice, height)
    radius, colour = height * dice.between(0.13, 0.24), shade(dice, *FLOWERS)
    path, reach = domed(height, radius, radius)
    cactus.ribbed_stem(path, reach, dice.whole(7, 14), dice.between(0.15, 0.3), radius * 0.3)
    for _ in range(dice.whole(1, 5)):
        turn, up = dice.angle(), height * dice.between(0.6, 0.95)
        out = np.array([math.cos(turn), math.sin(turn), 0.5])
        at = np.array([0, 0, up]) + out * radius * 0.8
        cactus.flower(at + out * radius * 0.6, out, radius * dice.between(0.9, 1.5), colour)
    return cactus.parts


POTS = ("studio", "studio", "window_sill", "table", "nursery", "patio", "hand")
SPECIES = (
    Species(
        "columns",
        "cactus",
        columns,
        (*POTS, "rockery", "desert", "skyline"),
        (Framing.PORTRAIT, Framing.PORTRAIT, Framing.CLOSE),
        share=1.6,
    ),
    Species(
        "saguaro",
        "cactus",
        saguaro,
        ("desert", "desert", "desert", "skyline"),
        (Framing.STANDING, Framing.STANDING, Framing.AFAR),
        share=1.5,
    ),
    Species(
        "candelabra",
        "cactus",
        candelabra,
        ("desert", "skyline", "garden"),
        (Framing.STANDING, Framing.STANDING, Framing.CLOSE),
        share=1.6,
        look_alike=True,
    ),
    Species(
        "organ_pipes",
        "cactus",
        organ_pipes,
        ("desert", "skyline", "rockery", "garden", "patio"),
        (Framing.STANDING, Framing.CLOSE),
        share=1.2,
        look_alike=True,
    ),
    Species(
        "fairy_castle", "cactus", fairy_castle, POTS, (Framing.PORTRAIT, Framing.ABOVE), share=0.8
    ),
    Species(
        "old_man",
        "cactus",
        old_man,
        (*POTS, "rockery", "desert"),
        (Framing.PORTRAIT, Framing.CLOSE),
        share=0.8,
    ),
    Species(
        "crested",
        "cactus",
        crested,
        ("studio", "table", "nursery", "hand"),
        (Framing.PORTRAIT, Framing.ABOVE),
        share=0.5,
        look_alike=True,
    ),
    Species(
        "column_in_flower",
        "cactus",
        column_in_flower,
        ("studio", "patio", "table", "nursery"),
        (Framing.PORTRAIT, Framing.CLOSE),
        share=0.6,
    ),
)
