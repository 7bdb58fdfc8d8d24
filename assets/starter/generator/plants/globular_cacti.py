"""Globes: barrels, mammillarias, stars, grafted moons, and what flowers on them."""

import math
from collections.abc import Iterator

import numpy as np

from assets.starter.generator.camera import Framing
from assets.starter.generator.colour import linear, shade, shades
from assets.starter.generator.dice import Array, Dice, mixed, unit
from assets.starter.generator.plants.stem import FLOWERS, Cactus, domed
from assets.starter.generator.shapes import GOLDEN_ANGLE, blobs, sphere, spikes, tube
from assets.starter.generator.species import Species
from assets.starter.generator.stage import Parts


def globe(dice: Dice, radius: float, proportion: float) -> tuple[Array, Array]:
    """A path (n, 3) and radius (n,) of a globe on the ground, a little sunken on top.

    `proportion` is height to width.
    """
    turn = np.linspace(-0.95, math.pi / 2 * 0.99, 60)
    height = 2 * radius * proportion
    z = 0.95 * height * (np.sin(turn) + math.sin(0.95)) / (1 + math.sin(0.95))
    z = z - 0.08 * height * np.clip((turn - 1.1) / 0.47, 0, 1) ** 2
    return np.c_[0 * z, 0 * z, z], radius * np.cos(turn) ** dice.between(0.7, 0.95)


def cluster(
    dice: Dice, radius: float, heads: int, closeness: float = 2.0
) -> Iterator[tuple[Array, float]]:
    """Feet and radii of a parent and its offsets around it."""
    yield np.zeros(3), radius
    for head in range(1, heads):
        away, turn = (
            radius * closeness * 0.62 * math.sqrt(head),
            head * GOLDEN_ANGLE + dice.between(-0.3, 0.3),
        )
        yield (
            np.array([away * math.cos(turn), away * math.sin(turn), 0]),
            radius * dice.between(0.5, 0.95),
        )


def crown_flowers(cactus: Cactus, foot: Array, radius: float, top: float, size: float) -> None:
    """Flowers in a ring near the top."""
    dice, colour = cactus.dice, shade(cactus.dice, *FLOWERS)
    for _ in range(dice.whole(2, 10)):
        turn, out = dice.angle(), radius * dice.between(0.1, 0.45)
        sideways = np.array([math.cos(turn), math.sin(turn), 0])
        cactus.flower(foot + sideways * out + (0, 0, top), sideways * 0.5 + (0, 0, 1), size, colour)


def barrel(dice: Dice, potted: bool) -> Parts:
    """A ribbed globe, coloured spines, flowers on top (Ferocactus, Echinopsis, Gymnocalycium)."""
    width = dice.between(0.06, 0.2) if potted else dice.between(0.2, 0.7)
    cactus = Cactus.rolled(dice, 1.6 * width)
    if dice.chance(0.35):
        cactus.armour.colour = shade(dice, (170, 50, 40), (190, 80, 50))
    ribs, proportion, depth, flowering = (
        dice.whole(9, 28),
        dice.between(0.75, 1.5),
        dice.between(0.1, 0.28),
        dice.chance(0.35),
    )
    for foot, radius in cluster(dice, width / 2, 1 if dice.chance(0.6) else dice.whole(2, 6)):
        path, reach = globe(dice, radius, proportion)
        cactus.ribbed_stem(
            path + foot,
            reach,
            ribs,
            depth,
            radius * dice.between(0.14, 0.3),
            bumps=dice.between(0, 0.5),
        )
        cactus.woolly_top(path[-1] + foot, radius)
        if flowering:
            crown_flowers(cactus, foot, radius, path[:, 2].max(), radius * dice.between(0.3, 0.75))
    return cactus.parts


def golden_barrel(dice: Dice, potted: bool) -> Parts:
    """Globes full of golden spines (Kroenleinia grusonii), often many together."""
    width = dice.between(0.1, 0.25) if potted else dice.between(0.3, 0.8)
    cactus = Cactus.rolled(
        dice,
        width,
        ((96, 130, 64), (84, 118, 60)),
        ((236, 208, 110), (226, 190, 90), (240, 226, 160)),
    )
    armour = cactus.armour
    armour.radial, armour.central, armour.length, armour.spread = (
        dice.whole(8, 11),
        3,
        dice.between(1.0, 1.6),
        0.5,
    )
    for foot, radius in cluster(dice, width / 2, 1 if potted else dice.pick(1, 3, 5, 7), 2.9):
        path, reach = globe(dice, radius, dice.between(0.85, 1.1))
        cactus.ribbed_stem(path + foot, reach, dice.whole(20, 30), 0.16, radius * 0.16, bumps=0.1)
        crown = path[-1] + foot
        blobs(
            cactus.areoles,
            crown[None],
            0.46 * radius,
            armour.colour * 0.6,
            detail=3,
            squash=(1, 1, 0.22),
        )
        young = dice.directions(500) * (1, 1, 0.5) + (0, 0, 0.9)
        feet = crown + dice.normal(0.2 * radius, 500, 3) * (1, 1, 0.15) + (0, 0, 0.06 * radius)
        spikes(
            cactus.spines,
            dice,
            feet,
            young,
            0.2 * radius,
            0.006 * radius,
            shades(dice, armour.colour, 500),
        )
    return cactus.parts


def star(dice: Dice, potted: bool) -> Parts:
    """Five to eight broad ribs, white flecks instead of spines (Astrophytum)."""
    width = dice.between(0.06, 0.14)
    cactus = Cactus.rolled(dice, width, ((92, 116, 82), (120, 138, 120), (84, 108, 70)))
    cactus.armour.radial, cactus.armour.central, cactus.armour.length = (
        (3, 0, 0.2) if dice.chance(0.6) else (8, 2, 1.6)
    )
    cactus.armour.cushion = 0.22
    path, reach = globe(dice, width / 2, dice.between(0.5, 1.0))
    ribs = dice.pick(5, 5, 6, 8)
    cactus.ribbed_stem(
        path,
        reach,
        ribs,
        dice.between(0.25, 0.45),
        width * 0.08,
        sharpness=dice.between(0.7, 1.2),
        bumps=0.03,
    )
    points = cactus.body.points
    flecks = points[dice.rng.random(len(points)) < dice.between(0.2, 0.5)]
    flecks = flecks + dice.normal(width * 0.004, len(flecks), 3)
    blobs(cactus.areoles, flecks, width * 0.005, linear((238, 236, 228)))
    if dice.chance(0.5):
        cactus.flower(
            (0, 0, path[:, 2].max()),
            (dice.between(-0.3, 0.3), -0.2, 1),
            width * dice.between(0.3, 0.5),
            linear((246, 226, 90)),
        )
    return cactus.parts


def mammillaria(dice: Dice, potted: bool) -> Parts:
    """Globes of small cones, each with a star of spines, and a ring of flowers (Mammillaria)."""
    width = dice.between(0.05, 0.14) if potted else dice.between(0.1, 0.3)
    cactus = Cactus.rolled(dice, 1.5 * width)
    armour = cactus.armour
    armour.radial, armour.central, armour.spread, armour.length, armour.thickness = (
        dice.whole(9, 20),
        dice.whole(0, 3),
        dice.between(0.05, 0.4),
        dice.between(0.45, 0.9),
        0.6,
    )
    armour.cushion, flowering, colour = 0.2, dice.chance(0.5), shade(dice, *FLOWERS)
    for foot, radius in cluster(dice, width / 2, 1 if dice.chance(0.4) else dice.whole(3, 14), 1.5):
        tall = dice.between(0.8, 1.5)
        tips, outwards, cone = _cones(
            cactus, np.add(foot, (0, 0, 0.7 * radius * tall)), radius, tall
        )
        if flowering:
            for tip in dice.rng.integers(
                int(0.04 * len(tips)), max(2, int(0.16 * len(tips))), dice.whole(4, 14)
            ):
                cactus.flower(
                    tips[tip], outwards[tip] + (0, 0, 0.3), cone * dice.between(1, 2.2), colour
                )
    return cactus.parts


def _cones(cactus: Cactus, centre: Array, radius: float, tall: float) -> tuple[Array, Array, float]:
    """Cover a globe with tubercles, spines on their tips.

    Returns the tips and where they point (n, 3), and a cone's radius.
    """
    count = int(cactus.dice.between(90, 200))
    place = np.arange(count) + 0.5
    z = 1 - 1.55 * place / count
    level, turn = np.sqrt(1 - np.clip(z, -1, 1) ** 2), place * GOLDEN_ANGLE
    globe_points = np.c_[level * np.cos(turn), level * np.sin(turn), z]
    outwards, feet = (
        unit(globe_points / (1, 1, tall)),
        globe_points * radius * (1, 1, tall) + centre,
    )
    cone = radius * 3.2 / math.sqrt(count)
    blobs(
        cactus.body, centre[None], radius * 0.97, cactus.colour * 0.6, detail=3, squash=(1, 1, tall)
    )
    first = unit(np.cross(outwards, (0.2, 0.9, 0.4)))
    second, (points, faces) = np.cross(outwards, first), sphere(2)
    narrow = cone * 0.62 * (1 - 0.35 * np.clip(points[:, 2:], 0, None))
    shape = (points[:, :1] * first[:, None] + points[:, 1:2] * second[:, None]) * narrow
    shape = shape + outwards[:, None] * points[:, 2:] * cone * 0.75 + feet[:, None]
    many = faces + (np.arange(count) * len(points))[:, None, None]
    colours = mixed(cactus.colour * 0.7, cactus.colour * 1.25, np.clip(points[:, 2], 0, 1))
    cactus.body.add(shape, many.reshape(-1, 3), np.tile(colours, (count, 1)))
    tips = feet + outwards * cone * 0.72
    upwards = unit(np.cross(np.cross(outwards, (0, 0, 1.0)), outwards) + 1e-6)
    cactus.arm(tips, outwards, upwards, cone * 0.95)
    return tips, outwards, cone


def moon(dice: Dice, potted: bool) -> Parts:
    """A red, yellow or pink ball grafted on a green stem (Gymnocalycium on Hylocereus)."""
    height = dice.between(0.07, 0.13)
    stock = Cactus.rolled(dice, height, ((70, 130, 60), (84, 140, 70)))
    stock.armour.radial, stock.armour.central, stock.armour.length = 3, 0, 0.25
    path, reach = domed(height, 0.11 * height, 0.05 * height, 40)
    stock.ribbed_stem(path, reach * 1.25, 3, 0.5, height * 0.13, sharpness=0.6)
    ball = Cactus.rolled(
        dice,
        0.6 * height,
        ((206, 40, 40), (232, 190, 40), (226, 90, 130), (236, 120, 40)),
        ((235, 220, 200), (160, 90, 70)),
    )
    ball.armour.length, ball.armour.central = 0.6, 0
    for foot, radius in cluster(dice, height * dice.between(0.26, 0.36), dice.whole(2, 7), 1.3):
        path, reach = globe(dice, radius * (0.55 if foot.any() else 1), 0.85)
        ball.ribbed_stem(
            path + foot + (0, 0, 0.93 * height),
            reach,
            dice.whole(8, 11),
            0.3,
            radius * 0.28,
            bumps=0.3,
        )
    return [*stock.parts, *ball.parts]


def trumpets(dice: Dice, potted: bool) -> Parts:
    """A globe with large flowers on long tubes (Echinopsis, Lobivia)."""
    width = dice.between(0.06, 0.14)
    cactus = Cactus.rolled(dice, 2 * width)
    path, reach = globe(dice, width / 2, dice.between(0.9, 1.3))
    cactus.ribbed_stem(path, reach, dice.whole(10, 18), 0.22, width * 0.1)
    colour, top = shade(dice, *FLOWERS), path[:, 2].max()
    for _ in range(dice.whole(1, 6)):
        turn, t = dice.angle(), np.linspace(0, 1, 14)
        out, long = np.array([math.cos(turn), math.sin(turn), 0]), width * dice.between(0.8, 1.6)
        pipe = (
            out * width * 0.35
            + np.outer(t * long * 0.6, out)
            + np.c_[0 * t, 0 * t, 0.7 * top + long * (0.25 * t + 0.5 * t**2)]
        )
        tube(
            cactus.body,
            pipe,
            width * (0.05 + 0.1 * t**2),
            shades(dice, mixed(cactus.colour, colour, 0.4), 14),
            sides=10,
        )
        cactus.flower(pipe[-1], pipe[-1] - pipe[-3], width * dice.between(0.5, 0.9), colour)
    return cactus.parts


POTS = ("studio", "studio", "window_sill", "table", "nursery", "patio", "hand")
SMALL = (Framing.ABOVE, Framing.ABOVE, Framing.PORTRAIT, Framing.CLOSE)
SPECIES = (
    Species("barrel", "cactus", barrel, (*POTS, "rockery", "desert"), SMALL, share=1.3),
    Species(
        "golden_barrel",
        "cactus",
        golden_barrel,
        ("patio", "nursery", "studio", "rockery", "rockery", "rockery", "garden"),
        SMALL,
    ),
    Species("star", "cactus", star, POTS, SMALL, share=0.7),
    Species("mammillaria", "cactus", mammillaria, (*POTS, "rockery"), SMALL, share=1.3),
    Species("moon", "cactus", moon, POTS, (Framing.PORTRAIT,), share=0.6),
    Species(
        "trumpets", "cactus", trumpets, ("studio", "table", "patio", "nursery"), SMALL, share=0.6
    ),
)
