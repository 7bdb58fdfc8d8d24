"""Cacti that hang and climb, and flowers seen from near."""

import math

import numpy as np

from assets.starter.generator.camera import Framing
from assets.starter.generator.colour import linear, shade, shades, varied
from assets.starter.generator.dice import Array, Dice, mixed, smooth, unit
from assets.starter.generator.materials import Coloured
from assets.starter.generator.mesh import Mesh
from assets.starter.generator.plants.stem import FLOWERS, Cactus, domed
from assets.starter.generator.shapes import blobs, grid, spikes, tube
from assets.starter.generator.species import Species
from assets.starter.generator.stage import Part, Parts


def segment(cactus: Cactus, foot: Array, direction: Array, face: Array, length: float) -> Array:
    """Add a flat joint with a toothed margin; where it ends."""
    direction = unit(direction)
    side = unit(np.cross(direction, face))
    face = np.cross(side, direction)
    t = np.linspace(0, 1, 14)
    teeth = 1 + 0.18 * np.abs(np.sin(t * 2.5 * math.pi))
    half = length * 0.26 * np.sin(np.pi * np.clip(t * 0.9 + 0.06, 0, 1)) ** 0.5 * teeth
    around = np.linspace(0, 2 * math.pi, 12, endpoint=False)
    thick = length * 0.05 * (0.4 + np.abs(np.sin(around)) ** 2)
    points = (
        foot
        + np.outer(t * length, direction)[:, None]
        + (half[:, None] * np.cos(around))[..., None] * side
    )
    points = points + (thick * np.sin(around))[None, :, None] * face
    colours = (
        np.broadcast_to(varied(cactus.dice, cactus.colour, 0.08), (14, 12, 3))
        * (0.9 + 0.2 * np.abs(np.cos(around)))[None, :, None]
    )
    cactus.body.add(points, grid(14, 12), colours.reshape(-1, 3))
    return np.asarray(foot + direction * length * 0.97)


def christmas_cactus(dice: Dice, potted: bool) -> Parts:
    """Arching chains of flat joints with flowers at their ends (Schlumbergera, Rhipsalidopsis)."""
    length = dice.between(0.035, 0.05)
    cactus = Cactus.rolled(dice, 8 * length, ((70, 116, 54), (84, 128, 60), (62, 104, 60)))
    colour, flowering = (
        shade(dice, (226, 50, 110), (230, 60, 50), (240, 150, 170), (245, 236, 230)),
        dice.chance(0.8),
    )
    for shoot in range(dice.whole(18, 34)):
        turn = shoot * 2.4
        out = np.array([math.cos(turn), math.sin(turn), 0])
        foot, direction = (
            out * length * dice.between(0.1, 0.6),
            out * dice.between(0.2, 0.7) + (0, 0, 1),
        )
        for _ in range(dice.whole(5, 9)):
            foot = segment(
                cactus,
                foot,
                direction,
                out * 0.3 + (0, 0, 1) + dice.normal(0.35, 3),
                length * dice.between(0.85, 1.1),
            )
            direction = unit(direction) + out * 0.3 - (0, 0, dice.between(0.35, 0.6))
        if flowering and dice.chance(0.7):
            hanging = unit(direction) - (0, 0, 0.3)
            cactus.flower(foot, hanging, length * 0.8, colour)
            cactus.flower(foot + hanging * length * 0.5, hanging, length * 0.8, colour)
    return cactus.parts


def rat_tail(dice: Dice, potted: bool) -> Parts:
    """Long thin stems that hang over the rim, with pink flowers (Aporocactus flagelliformis)."""
    reach = dice.between(0.2, 0.4)
    cactus = Cactus.rolled(
        dice, reach, ((110, 136, 84), (96, 124, 76)), ((206, 180, 130), (190, 150, 100))
    )
    cactus.armour.length, cactus.armour.radial, cactus.armour.central = 0.8, 10, 0
    colour, rim = shade(dice, (226, 60, 130), (236, 90, 110)), 0.09
    for shoot in range(dice.whole(9, 18)):
        turn, long = shoot * 2.4, reach * dice.between(0.4, 1.1)
        out, t = np.array([math.cos(turn), math.sin(turn), 0]), np.linspace(0, 1, 40)
        over = np.minimum(1, t * long / rim / 1.3) ** 0.8
        drop = np.maximum(0, t - 1.3 * rim / long) * long
        path = (
            np.outer(over * rim * 1.25, out)
            + np.c_[0 * t, 0 * t, 0.05 * np.sin(math.pi * np.minimum(1, over)) + 0.03 * over - drop]
        )
        thick = 0.008 * np.minimum(1, (1 - t) / 0.04 + 0.2) ** 0.5
        cactus.ribbed_stem(path, thick, 9, 0.15, 0.008, bumps=0.1)
        if dice.chance(0.5):
            cactus.flower(path[int(dice.between(20, 38))] + out * 0.01, out, 0.022, colour)
    return cactus.parts


def dragon_fruit(dice: Dice, potted: bool) -> Parts:
    """Three-edged stems sprawling over a post, red fruits, white flowers (Selenicereus undatus)."""
    height, post = dice.between(1.3, 2.0), Mesh()
    cactus = Cactus.rolled(dice, height, ((84, 132, 56), (100, 144, 60), (72, 116, 54)))
    cactus.armour.radial, cactus.armour.central, cactus.armour.length = 3, 0, 0.12
    tube(
        post,
        [(0, 0, -0.1), (0, 0, 0.5 * height), (0, 0, height)],
        0.06,
        linear((128, 116, 102)),
        sides=12,
    )
    fruit = shade(dice, (214, 40, 90), (226, 60, 80))
    for shoot in range(dice.whole(45, 70)):
        turn, long = shoot * 2.4, dice.between(0.7, 1.5)
        out, t = np.array([math.cos(turn), math.sin(turn), 0]), np.linspace(0, 1, 30)
        angle = dice.between(0.1, 1.0) + dice.between(1.8, 2.8) * t
        path = np.cumsum(
            np.outer(np.sin(angle), out) + np.c_[0 * t, 0 * t, np.cos(angle)], 0
        ) * long / 30 + (
            0,
            0,
            height * dice.between(0.85, 1),
        )
        cactus.ribbed_stem(
            path,
            0.045 * np.minimum(1, (1 - t) / 0.08 + 0.2) ** 0.5,
            3,
            0.5,
            0.06,
            sharpness=0.8,
            bumps=0.3,
        )
        if dice.chance(0.3):
            at = path[-1] - (0, 0, 0.05)
            blobs(cactus.body, at[None], 0.07, fruit, detail=2, squash=(0.85, 0.85, 1.15))
            scales = dice.directions(26)
            spikes(
                cactus.body,
                dice,
                at + scales * 0.07 * (0.85, 0.85, 1.15),
                scales + (0, 0, -1),
                0.05,
                0.012,
                mixed(fruit, linear((120, 170, 70)), 0.4),
            )
        elif dice.chance(0.15):
            cactus.flower(path[-1], out + (0, 0, -0.4), 0.13, linear((246, 244, 226)))
    return [*cactus.parts, Part(post, Coloured(roughness=0.9, grain=12))]


def cactus_flower(dice: Dice, potted: bool) -> Parts:
    """One or two flowers that fill the frame, the spiny body behind (Echinopsis, Opuntia)."""
    radius = dice.between(0.03, 0.06)
    cactus = Cactus.rolled(dice, 2 * radius)
    path, reach = domed(3 * radius, radius, radius)
    cactus.ribbed_stem(path - (0, 0, 3 * radius), reach, dice.whole(8, 16), 0.2, radius * 0.25)
    colour = shade(dice, *FLOWERS)
    for flower in range(dice.pick(1, 1, 2)):
        at = np.array([dice.between(-0.4, 0.4), -0.3, 0.1]) * radius * (1 if not flower else 2.2)
        look = np.array([dice.between(-0.4, 0.4), -1, dice.between(0.4, 1.2)])
        petals_of(cactus, at + (0, 0, 0.2 * radius), look, radius * dice.between(1.1, 1.6), colour)
    return cactus.parts


def petals_of(cactus: Cactus, at: Array, look: Array, size: float, colour: Array) -> None:
    """A flower with three rings of broad petals, dark in its throat, and many stamens."""
    dice, look = cactus.dice, unit(look)
    first = unit(np.cross(look, (0.3, 0.5, 0.8)))
    second, t = np.cross(look, first), np.linspace(0, 1, 10)
    for ring, opened in enumerate((1.25, 1.0, 0.7)):
        for petal in range(11):
            turn = petal * 2 * math.pi / 11 + ring * 0.3 + float(dice.rng.normal(0, 0.05))
            out, side = (
                np.cos(turn) * first + np.sin(turn) * second,
                np.cos(turn) * second - np.sin(turn) * first,
            )
            spine = np.outer(
                t * size * opened**0.3, out * math.sin(opened) + look * math.cos(opened)
            ) - np.outer(0.25 * size * t**2.5, look) * (ring == 0)
            half = size * 0.2 * np.sin(np.pi * np.clip(t * 0.86 + 0.08, 0, 1)) ** 0.8
            across = np.linspace(-1, 1, 5)
            points = (
                at
                + spine[:, None]
                + (half[:, None] * across)[..., None] * side
                + (0.3 * half[:, None] * across**2)[..., None] * look
            )
            tint = mixed(
                varied(dice, colour, 0.06) * (0.6 + 0.4 * smooth(0, 0.5, t))[:, None],
                (0.9, 0.88, 0.7),
                0.15 * (1 - t),
            )
            cactus.flowers.add(points, grid(10, 5, closed=False), np.repeat(tint, 5, 0))
    stamens = unit(look + dice.normal(0.35, 90, 3))
    spikes(
        cactus.flowers,
        dice,
        np.tile(at, (90, 1)),
        stamens,
        size * 0.5,
        size * 0.008,
        linear((230, 224, 160)),
    )
    blobs(
        cactus.flowers,
        at + stamens * size * 0.5,
        size * 0.022,
        shades(dice, linear((238, 205, 70)), 90),
    )


SPECIES = (
    Species(
        "christmas_cactus",
        "cactus",
        christmas_cactus,
        ("window_sill", "table", "shelf", "shelf"),
        (Framing.PORTRAIT, Framing.PORTRAIT, Framing.CLOSE),
        share=0.8,
        look_alike=True,
    ),
    Species("rat_tail", "cactus", rat_tail, ("shelf",), (Framing.PORTRAIT,), share=0.4),
    Species(
        "dragon_fruit",
        "cactus",
        dragon_fruit,
        ("garden", "field", "field"),
        (Framing.STANDING, Framing.CLOSE),
        share=0.8,
        look_alike=True,
    ),
    Species(
        "cactus_flower",
        "cactus",
        cactus_flower,
        ("bokeh",),
        (Framing.PORTRAIT, Framing.CLOSE, Framing.ABOVE),
        share=0.9,
        look_alike=True,
    ),
)
