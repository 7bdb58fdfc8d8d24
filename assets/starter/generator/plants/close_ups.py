"""Parts of trees from near: twigs with leaves, blossoms and fruits, and bark."""

import math

import numpy as np

from assets.starter.generator.camera import Framing
from assets.starter.generator.colour import linear, shade, shades
from assets.starter.generator.dice import Array, Dice, smooth, unit
from assets.starter.generator.materials import Bark, Coloured, Leaf
from assets.starter.generator.mesh import Mesh
from assets.starter.generator.plants.foliage import AUTUMN, LEAF_GREENS, leaf_cloud, petals
from assets.starter.generator.shapes import GOLDEN_ANGLE, blobs, grid, tube
from assets.starter.generator.species import Species
from assets.starter.generator.stage import Part, Parts


def twigs(dice: Dice, count: int) -> list[Array]:
    """Paths (n, 3) of twigs that cross the frame, in metres."""
    t = np.linspace(0, 1, 24)
    paths: list[Array] = []
    start, tilt = np.array([-0.22, 0, dice.between(-0.1, 0.12)]), dice.between(-0.5, 0.5)
    for twig in range(count):
        direction = np.array(
            [
                math.cos(tilt),
                dice.between(-0.4, 0.4),
                math.sin(tilt) + dice.between(-0.5, 0.5) * (twig > 0),
            ]
        )
        edge = np.array(
            [dice.between(-0.3, 0.1), dice.between(-0.05, 0.2), dice.between(-0.2, 0.2)]
        )
        foot = start if not twig else dice.pick(edge, paths[0][dice.whole(4, 18)])
        bend = np.outer(dice.between(-0.15, 0.1) * t**2, (0, 0, 1)) + np.cumsum(
            dice.normal(0.002, 24, 3), 0
        )
        paths.append(foot + np.outer(t * dice.between(0.25, 0.45), direction) + bend)
    return paths


def blade_leaf(
    mesh: Mesh,
    dice: Dice,
    foot: Array,
    along: Array,
    facing: Array,
    *,
    length: float,
    width: float,
    colour: Array,
    sickle: float = 0.0,
    lobes: float = 0.0,
) -> None:
    """A broad leaf with a midrib, veins, a wavy surface and a drooping tip.

    `lobes` cuts its margin as an oak's.
    """
    along = unit(along)
    side = unit(np.cross(along, facing))
    up, t, across = np.cross(side, along), np.linspace(0, 1, 22), np.linspace(-1, 1, 9)
    half = (
        width
        / 2
        * np.sin(np.pi * np.clip(t * 0.94 + 0.03, 0, 1)) ** 0.9
        * (1 - lobes * np.abs(np.sin(4 * math.pi * t)))
    )
    lift = (
        0.28 * half[:, None] * np.abs(across)
        + 0.02 * length * np.sin(9 * t[:, None] + 3 * across + dice.angle())
        - 0.3 * length * t[:, None] ** 2
    )
    bend = sickle * length * t**2
    points = (
        foot
        + np.outer(t * length, along)[:, None]
        + (half[:, None] * across + bend[:, None])[..., None] * side
        + lift[..., None] * up
    )
    veins = 1 + 0.12 * np.cos(40 * t[:, None] - 7 * np.abs(across)) * (np.abs(across) > 0.1)
    rib = 1 + 0.5 * smooth(0.25, 0, np.abs(across))
    mesh.add(points, grid(22, 9, closed=False), (colour * (veins * rib)[..., None]).reshape(-1, 3))


def dressed(
    dice: Dice,
    paths: list[Array],
    leaves: Mesh,
    *,
    colours: Array,
    each: int,
    length: float,
    slim: float,
    droop: float,
    sickle: float = 0.0,
    lobes: float = 0.0,
) -> None:
    """Leaves along twigs, left and right."""
    for path in paths:
        for leaf in range(each):
            at = path[min(23, 3 + int(leaf / each * 21))]
            along = unit(path[-1] - path[0])
            out = (
                along * 0.5
                + (1 if leaf % 2 else -1) * unit(np.cross(along, (0, 1, 0))) * 0.8
                + dice.normal(0.35, 3)
                - (0, 0, droop)
            )
            size = length * dice.between(0.7, 1.15)
            tint = colours[dice.rng.integers(len(colours))]
            blade_leaf(
                leaves,
                dice,
                at,
                out,
                np.array([0, -1, 0.8]) + dice.normal(0.35, 3),
                length=size,
                width=size * slim,
                colour=tint,
                sickle=sickle * dice.between(-1, 1),
                lobes=lobes,
            )


def _bare(paths: list[Array]) -> Part:
    bark, t = Mesh(), np.linspace(0, 1, 24)
    for number, path in enumerate(paths):
        tube(
            bark,
            path,
            (0.006 if not number else 0.004) * (1 - 0.7 * t),
            linear((112, 92, 74)),
            sides=8,
        )
    return Part(bark, Coloured(roughness=0.85, grain=60, depth=0.4))


def leaves_from_near(dice: Dice, potted: bool) -> Parts:
    """A twig with leaves as wide as a hand (Eucalyptus, Ficus, Quercus, Tilia)."""
    leaves, paths = Mesh(), twigs(dice, dice.whole(6, 12))
    colours = shades(dice, shade(dice, *LEAF_GREENS, (130, 148, 110), spread=0.2), 12, 0.1)
    sickle = dice.pick(0.0, 0.0, 0.25)
    slim = dice.between(0.15, 0.25) if sickle else dice.between(0.35, 0.75)
    dressed(
        dice,
        paths,
        leaves,
        colours=colours,
        each=dice.whole(9, 15),
        length=dice.between(0.08, 0.17),
        slim=slim,
        droop=dice.between(0, 0.8),
        sickle=sickle,
        lobes=dice.pick(0, 0, 0.3),
    )
    return [_bare(paths), Part(leaves, Leaf(translucency=0.3, roughness=0.35, gloss=0.4))]


def autumn_leaves(dice: Dice, potted: bool) -> Parts:
    """A twig in yellow, orange and red (Acer, Fagus, Quercus)."""
    leaves, paths = Mesh(), twigs(dice, dice.whole(6, 12))
    colours = np.concatenate([shades(dice, shade(dice, *AUTUMN), 4, 0.12) for _ in range(3)])
    dressed(
        dice,
        paths,
        leaves,
        colours=colours,
        each=dice.whole(9, 14),
        length=dice.between(0.07, 0.13),
        slim=dice.between(0.5, 0.9),
        droop=dice.between(0.1, 0.7),
        lobes=dice.pick(0, 0.35, 0.45),
    )
    return [_bare(paths), Part(leaves, Leaf(translucency=0.4, roughness=0.45))]


def blossom(dice: Dice, potted: bool) -> Parts:
    """Flowers on a twig (Prunus, Magnolia, Bauhinia, Malus)."""
    leaves, flowers, stamens, paths = Mesh(), Mesh(), Mesh(), twigs(dice, dice.whole(4, 8))
    large = dice.chance(0.4)
    radius = dice.between(0.04, 0.06) if large else dice.between(0.014, 0.022)
    hue = shade(
        dice, (246, 190, 210), (250, 240, 240), (220, 110, 180), (236, 130, 170), (250, 246, 236)
    )
    for path in paths:
        count = dice.whole(2, 4) if large else dice.whole(24, 44)
        at = path[dice.rng.integers(6, 24, count)] + dice.normal(0.4 * radius, count, 3)
        look = np.add(dice.normal(0.5, count, 3), (0, -1, 0.4))
        petals(flowers, dice, at, look, radius, hue, count=5)
        if large or dice.chance(0.4):
            petals(
                flowers,
                dice,
                at + unit(look) * 0.1 * radius,
                look,
                0.8 * radius,
                hue * 0.95,
                count=5,
            )
        hearts = np.repeat(at + unit(look) * radius * 0.25, 9, 0) + dice.normal(
            0.13 * radius, 9 * count, 3
        )
        blobs(
            stamens,
            hearts,
            0.045 * radius,
            shades(dice, linear((226, 190, 90)), 9 * count),
            detail=1,
        )
    dressed(
        dice,
        paths,
        leaves,
        colours=shades(dice, shade(dice, *LEAF_GREENS), 8),
        each=dice.whole(0, 6),
        length=0.06,
        slim=0.45,
        droop=0.2,
    )
    return [
        _bare(paths),
        Part(leaves, Leaf(translucency=0.3)),
        Part(flowers, Leaf(translucency=0.4, roughness=0.6)),
        Part(stamens, Coloured()),
    ]


def fruits_from_near(dice: Dice, potted: bool) -> Parts:
    """Cherries, apples, oranges, plums or olives on their twig (Prunus, Malus, Citrus)."""
    leaves, hanging, stalks, paths = Mesh(), Mesh(), Mesh(), twigs(dice, dice.whole(4, 7))
    radius, hue = dice.pick(
        (0.011, (190, 30, 40)),
        (0.036, (200, 60, 44)),
        (0.036, (236, 140, 40)),
        (0.034, (170, 190, 70)),
        (0.02, (90, 60, 110)),
        (0.03, (244, 210, 60)),
    )
    colour = shade(dice, hue)
    for path in paths:
        for _ in range(dice.whole(2, 4) if radius > 0.015 else dice.whole(8, 14)):
            foot = path[dice.whole(6, 23)]
            at = foot + dice.normal(0.5 * radius, 3) - (0, 0, radius * dice.between(1.6, 2.6))
            tube(
                stalks,
                [foot, (foot + at) / 2 + dice.normal(0.002, 3), at],
                0.0012,
                linear((110, 120, 60)),
                sides=5,
            )
            blobs(
                hanging,
                at[None],
                radius * dice.between(0.85, 1.1),
                shades(dice, colour, 1),
                detail=3,
                squash=(1, 1, 0.93),
            )
    dressed(
        dice,
        paths,
        leaves,
        colours=shades(dice, shade(dice, *LEAF_GREENS), 8),
        each=dice.whole(8, 13),
        length=dice.between(0.07, 0.1),
        slim=dice.between(0.35, 0.55),
        droop=0.3,
    )
    return [
        _bare(paths),
        Part(stalks, Coloured()),
        Part(leaves, Leaf(translucency=0.3, roughness=0.35, gloss=0.4)),
        Part(
            hanging,
            Coloured(roughness=0.3, gloss=0.5, grain=40, depth=0.05, relief=0.001, mottling=0.15),
        ),
    ]


def old_trunk(dice: Dice, potted: bool) -> Parts:
    """The trunk of an old tree with its roots, from near (Quercus, Fagus, Platanus)."""
    trunk, radius, height = Mesh(), dice.between(0.25, 0.6), dice.between(5, 7)
    around, level = (
        np.linspace(0, 2 * math.pi, 96, endpoint=False),
        np.linspace(-0.05, 1, 60)[:, None],
    )
    roots = dice.whole(4, 7)
    flare = 1 + 0.9 * np.exp(-9 * np.maximum(level, 0)) * (
        0.55 + 0.45 * np.cos(roots * around + dice.angle())
    )
    reach = radius * flare * (1 - 0.5 * level) * (1 + 0.05 * np.sin(3 * around + 2 * level))
    points = np.stack(
        [
            reach * np.cos(around),
            reach * np.sin(around),
            np.broadcast_to(level * height, reach.shape),
        ],
        -1,
    )
    points = points * (1 + 0.03 * dice.field(8, 6)(points)[..., None] * (1, 1, 0))
    trunk.add(points, grid(60, 96), (0.3, 0.3, 0.3))
    t, boughs = np.linspace(0, 1, 14), []
    for bough in range(dice.whole(7, 11)):
        turn, reach = bough * GOLDEN_ANGLE + dice.between(-0.3, 0.3), dice.between(1.8, 3.2)
        foot = height * dice.between(0.6, 0.97)
        boughs.append(
            np.c_[
                np.outer(t * reach, (math.cos(turn), math.sin(turn))),
                foot + dice.between(0.8, 2.4) * t**0.8,
            ]
        )
        tube(trunk, boughs[-1], radius * 0.4 * (1 - 0.8 * t), (0.3, 0.3, 0.3), sides=14)
    crown, bearing = Mesh(), np.concatenate([bough[5:] for bough in boughs])
    colour = shade(dice, *LEAF_GREENS)
    leaf_cloud(
        crown, dice, bearing, np.arange(len(bearing)), colour, count=40_000, spread=1.1, length=0.13
    )
    dark, light = dice.pick(
        ((74, 62, 52), (130, 114, 98)),
        ((104, 100, 94), (164, 158, 148)),
        ((60, 52, 46), (112, 98, 86)),
    )
    return [
        Part(trunk, Bark(shade(dice, dark), shade(dice, light), dice.between(0.5, 1.4))),
        Part(crown, Leaf(translucency=dice.between(0.25, 0.45), roughness=dice.between(0.4, 0.65))),
    ]


TWIG = (Framing.CLOSE, Framing.CLOSE, Framing.PORTRAIT)
SPECIES = (
    Species(
        "leaves_from_near", "tree", leaves_from_near, ("bokeh",), TWIG, share=1.3, look_alike=True
    ),
    Species("autumn_leaves", "tree", autumn_leaves, ("bokeh",), TWIG, share=0.7, look_alike=True),
    Species("blossom", "tree", blossom, ("bokeh",), TWIG, share=1.2, look_alike=True),
    Species(
        "fruits_from_near", "tree", fruits_from_near, ("bokeh",), TWIG, share=0.9, look_alike=True
    ),
    Species("old_trunk", "tree", old_trunk, ("park", "forest_edge", "garden"), (Framing.TRUNK,)),
)
