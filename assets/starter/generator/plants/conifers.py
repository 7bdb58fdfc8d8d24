"""Conifers: spruces, pines, cypresses, and a twig from near."""

import math

import numpy as np

from assets.starter.generator.camera import Framing
from assets.starter.generator.colour import RGB, linear, shade, shades
from assets.starter.generator.dice import Array, Dice, mixed, smooth, unit
from assets.starter.generator.materials import Bark, Coloured, Leaf
from assets.starter.generator.mesh import Mesh
from assets.starter.generator.plants.branching import colonised, ends, thickness, trunk_line, wood
from assets.starter.generator.plants.foliage import crown_space
from assets.starter.generator.shapes import GOLDEN_ANGLE, blobs, thin_leaves, tube
from assets.starter.generator.species import Species
from assets.starter.generator.stage import Part, Parts

NEEDLE_GREENS: tuple[RGB, ...] = (
    (80, 112, 66),
    (90, 122, 84),
    (112, 138, 128),
    (74, 106, 66),
    (104, 130, 74),
)
SNOW: RGB = (238, 242, 248)


def whorls(
    dice: Dice,
    height: float,
    wide: float,
    *,
    droop: float,
    upturn: float,
    density: float,
    snow: float = 0.0,
    bare: float = 0.1,
) -> tuple[Mesh, Mesh]:
    """Branches in tiers around a straight trunk, with twigs full of needles.

    The wood and the needles. `wide` is half the width.
    """
    trunk, needles = Mesh(), Mesh()
    t = np.linspace(0, 1, 20)
    tube(
        trunk,
        np.c_[0 * t, 0 * t, t * height],
        height * 0.018 * (1 - 0.93 * t),
        (0.3, 0.3, 0.3),
        sides=9,
    )
    feet, directions, brightness = [], [], []
    tiers, reach = dice.whole(24, 42), np.linspace(0, 1, 9)
    lopsided = dice.field(3, 2)
    for tier in range(tiers):
        up = (tier + 0.5 * dice.between(0, 1)) / tiers
        for _ in range(dice.whole(5, 8)):
            turn = dice.angle()
            out, level = (
                np.array([math.cos(turn), math.sin(turn), 0]),
                height * (bare + (1 - bare) * up**0.92),
            )
            uneven = 1 + 0.25 * float(lopsided(np.array([*out[:2], 3 * up])))
            length = wide * (1 - up) ** 0.85 * dice.between(0.7, 1.15) * uneven + 0.012 * height
            sag = (
                -droop * length * reach * 1.2
                + upturn * length * reach**2.2
                + 0.35 * up * length * reach
            )
            branch = np.outer(reach * length, out) + np.c_[0 * reach, 0 * reach, level + sag]
            tube(
                trunk,
                branch,
                length * 0.014 * (1 - 0.8 * reach) + height * 0.0004,
                (0.3, 0.3, 0.3),
                sides=4,
            )
            side = np.array([-out[1], out[0], 0])
            for along in np.linspace(0.12, 1, max(4, int(20 * length / wide * density))):
                at = np.array([np.interp(along, reach, branch[:, axis]) for axis in range(3)])
                for hand in (1, -1):
                    twig = unit(
                        out * 0.75
                        + side * hand * dice.between(0.6, 1)
                        + (0, 0, dice.between(-0.35, 0.05))
                    )
                    long = 0.4 * length * (1.08 - along) + 0.01 * height
                    count = 4 * max(3, int(long / (0.0075 * height)))
                    feet.append(at + twig * dice.uniform(0.05, 1, count, 1) * long)
                    directions.append(twig + dice.normal(0.55, count, 3))
                    brightness.append(np.full(count, 0.6 + 0.55 * along * dice.between(0.8, 1.2)))
    at, count = np.concatenate(feet), sum(map(len, feet))
    colours = shade(dice, *NEEDLE_GREENS, spread=0.15) * np.concatenate(brightness)[:, None]
    colours = np.where(dice.uniform(0, 1, count, 1) < snow, linear(SNOW), colours)
    long = 0.011 * height * dice.uniform(0.7, 1.3, count)
    thin_leaves(
        needles,
        at,
        np.concatenate(directions),
        np.add(dice.normal(0.4, count, 3), (0, 0, 1)),
        long,
        0.0028 * height,
        colours,
        fold=0.1,
        droop=0,
    )
    return trunk, needles


def _tree(dice: Dice, trunk: Mesh, needles: Mesh, height: float) -> Parts:
    bark = Bark(
        shade(dice, (80, 62, 50), (96, 84, 74)),
        shade(dice, (120, 98, 82), (140, 126, 112)),
        0.1 * height,
    )
    return [Part(trunk, bark), Part(needles, Leaf(translucency=0.12, roughness=0.55))]


def spruce(dice: Dice, potted: bool) -> Parts:
    """Drooping tiers, dense or thin (Picea, Abies)."""
    height = dice.between(4, 16)
    wide = height * dice.between(0.16, 0.3)
    tiers = whorls(
        dice,
        height,
        wide,
        droop=dice.between(-0.1, 0.45),
        upturn=dice.between(0, 0.4),
        density=dice.between(0.8, 1.2),
        bare=dice.between(0.02, 0.18),
    )
    return _tree(dice, *tiers, height)


def snowy_spruce(dice: Dice, potted: bool) -> Parts:
    """With snow on its branches (Picea, Abies)."""
    height = dice.between(4, 12)
    tiers = whorls(
        dice,
        height,
        height * dice.between(0.16, 0.28),
        droop=dice.between(0.2, 0.5),
        upturn=0.1,
        density=1,
        snow=dice.between(0.3, 0.6),
    )
    return _tree(dice, *tiers, height)


def cedar(dice: Dice, potted: bool) -> Parts:
    """Wide and flat, in shelves (Cedrus, Larix in gold)."""
    height = dice.between(8, 15)
    tiers = whorls(
        dice,
        height,
        height * dice.between(0.3, 0.42),
        droop=dice.between(-0.15, 0.05),
        upturn=0.05,
        density=0.8,
        bare=0.15,
    )
    return _tree(dice, *tiers, height)


def pine(dice: Dice, potted: bool) -> Parts:
    """Tufts of needles on bare red branches (Pinus sylvestris, pinea)."""
    height, needles, trunk = dice.between(6, 14), Mesh(), Mesh()
    crown, step = height * dice.between(0.3, 0.6), 0.03 * height
    line = trunk_line(dice, crown, step, 0.15, dice.between(0, 0.1))
    space = crown_space(
        dice,
        dice.pick("round", "spread", "egg"),
        dice.whole(280, 480),
        crown,
        height,
        height * dice.between(0.45, 0.85),
    )
    nodes, parents = colonised(
        dice, space + (*line[-1, :2], 0), line, step, reach=0.4 * height, near=1.8 * step
    )
    radius = thickness(parents, height * dice.between(0.011, 0.019), 2.2)
    wood(trunk, nodes, parents, radius, (0.3, 0.3, 0.3), 8)
    tufts, each = 4200, 24
    at = nodes[dice.rng.choice(ends(parents, radius, 0.0035 * height), tufts)] + dice.normal(
        0.014 * height, tufts, 3
    )
    directions = unit(dice.normal(1, tufts * each, 3) + (0, 0, 0.35))
    tint = np.repeat(
        shades(dice, shade(dice, (76, 104, 58), (92, 118, 76), (84, 112, 96)), tufts), each, 0
    )
    count = tufts * each
    thin_leaves(
        needles,
        np.repeat(at, each, 0),
        directions,
        dice.normal(1, count, 3),
        0.024 * height,
        0.0028 * height,
        tint * dice.uniform(0.7, 1.3, count, 1),
    )
    return [
        Part(trunk, Bark(shade(dice, (110, 70, 48)), shade(dice, (166, 116, 84)), 0.1 * height)),
        Part(needles, Leaf(translucency=0.15, roughness=0.5)),
    ]


def cypress(dice: Dice, potted: bool) -> Parts:
    """A dark flame, its sprays upright (Cupressus sempervirens, Thuja)."""
    height, trunk, sprays = dice.between(3, 10), Mesh(), Mesh()
    wide, t = height * dice.between(0.08, 0.17), np.linspace(0, 1, 12)
    tube(
        trunk,
        np.c_[0 * t, 0 * t, 0.9 * t * height],
        0.015 * height * (1 - 0.9 * t),
        (0.3, 0.3, 0.3),
        sides=8,
    )
    clumps = dice.whole(300, 420)
    level, turn = dice.uniform(0, 1, clumps) ** 0.9, dice.uniform(0, 2 * math.pi, clumps)
    outline = (
        np.sin(np.pi * (0.9 * level + 0.06)) ** 0.6
        * (1 - 0.5 * level)
        * dice.uniform(0.7, 1.12, clumps)
    )
    heart = np.c_[
        wide * outline * np.cos(turn), wide * outline * np.sin(turn), height * (0.04 + 0.94 * level)
    ]
    each = 320
    count = clumps * each
    size = 0.04 * height * np.repeat(dice.uniform(0.6, 1.2, clumps), each)[:, None]
    lift = dice.uniform(-1, 1.3, count, 1)
    at = (
        np.repeat(heart, each, 0)
        + dice.normal(1, count, 3) * (0.55, 0.55, 0) * size * (1.2 - 0.6 * np.abs(lift))
        + lift * size * (0, 0, 1.2)
    )
    out = np.c_[np.cos(np.repeat(turn, each)), np.sin(np.repeat(turn, each)), np.zeros(count)]
    depth = smooth(
        0.4, 1.15, np.linalg.norm(at[:, :2], axis=1) / (wide * np.repeat(outline, each) + 1e-6)
    )
    tint = (
        np.repeat(
            shades(dice, shade(dice, (70, 98, 50), (88, 116, 62), (78, 104, 72)), clumps), each, 0
        )
        * (0.45 + 0.7 * depth)[:, None]
    )
    thin_leaves(
        sprays,
        at,
        out * 0.45 + (0, 0, 1) + dice.normal(0.3, count, 3),
        out,
        0.011 * height,
        0.003 * height,
        tint,
        fold=0.2,
        droop=0.05,
    )
    return [
        Part(trunk, Bark(linear((90, 74, 60)), linear((130, 110, 92)), 0.1 * height)),
        Part(sprays, Leaf(translucency=0.12, roughness=0.6)),
    ]


def conifer_twig(dice: Dice, potted: bool) -> Parts:
    """A twig with needles and a cone or two, from near (Pinus, Picea)."""
    twigs, needles, cones = Mesh(), Mesh(), Mesh()
    long, t, pine_like = dice.between(0.02, 0.09), np.linspace(0, 1, 30), dice.chance(0.5)
    tint = shade(dice, *NEEDLE_GREENS, spread=0.15)
    for twig in range(dice.whole(7, 13)):
        turn, reach = dice.between(-0.9, 0.9), dice.between(0.15, 0.3)
        direction = np.array([math.cos(turn), dice.between(-0.3, 0.3), math.sin(turn)])
        foot = np.array([-0.15, dice.between(-0.05, 0.1), dice.between(-0.08, 0.08)]) * (
            1 if twig else 0.6
        )
        path = foot + np.outer(t * reach, direction) - np.outer(0.3 * reach * t**2, (0, 0, 1))
        tube(twigs, path, 0.004 * (1 - 0.6 * t), linear((126, 92, 62)), sides=7)
        count = 700 if not pine_like else 420
        row = dice.rng.integers(3, 30, count)
        spin = dice.directions(count) + unit(direction) * (0.9 if pine_like else 0.5)
        thin_leaves(
            needles,
            path[row],
            spin,
            dice.normal(1, count, 3),
            (0.02 if not pine_like else long) * dice.uniform(0.7, 1.2, count),
            0.0016,
            shades(dice, tint, count),
        )
        if dice.chance(0.4):
            _cone(cones, dice, path[-6], dice.between(0.02, 0.035))
    return [
        Part(twigs, Coloured(roughness=0.9)),
        Part(needles, Leaf(translucency=0.2, roughness=0.4)),
        Part(cones, Coloured(roughness=0.8)),
    ]


def _cone(cones: Mesh, dice: Dice, at: Array, radius: float) -> None:
    """A cone that hangs: scales in the golden angle around an egg."""
    scale = np.arange(90)
    level = 1 - 2 * (scale + 0.5) / 90
    turn, across = scale * GOLDEN_ANGLE, np.sqrt(1 - level**2)
    points = (
        np.c_[across * np.cos(turn), across * np.sin(turn), 1.7 * level] * radius
        + at
        - (0, 0, 1.8 * radius)
    )
    brown = shades(dice, linear((136, 96, 62)), 90)
    blobs(
        cones,
        points,
        radius * 0.3,
        mixed(brown, linear((90, 62, 44)), smooth(0, 1, level) * 0.4),
        detail=1,
        squash=(1, 1, 0.5),
    )


WHOLE = (*(Framing.STANDING,) * 5, Framing.AFAR)
SPECIES = (
    Species(
        "spruce",
        "tree",
        spruce,
        ("park", "forest_edge", "forest_edge", "snow", "garden"),
        WHOLE,
        share=1.8,
    ),
    Species("snowy_spruce", "tree", snowy_spruce, ("snow",), WHOLE, share=0.6),
    Species("cedar", "tree", cedar, ("park", "forest_edge", "skyline"), WHOLE, share=0.7),
    Species(
        "pine",
        "tree",
        pine,
        ("park", "forest_edge", "skyline", "rockery"),
        (*WHOLE, Framing.CROWN, Framing.TRUNK),
        share=1.6,
    ),
    Species("cypress", "tree", cypress, ("garden", "park", "field", "street"), WHOLE, share=0.7),
    Species(
        "conifer_twig",
        "tree",
        conifer_twig,
        ("bokeh",),
        (Framing.CLOSE,),
        share=0.8,
        look_alike=True,
    ),
)
