"""Plants that only stand about.

Bushes, trees, hedges and shrubs of unit size, to be set many times from few meshes.
"""

import math

import numpy as np
from numpy.typing import ArrayLike

from assets.starter.generator.colour import RGB, linear, shade, shades
from assets.starter.generator.dice import Array, Dice, mixed, unit
from assets.starter.generator.materials import Coloured, Leaf
from assets.starter.generator.mesh import Mesh
from assets.starter.generator.shapes import blobs, sphere, spikes, thin_leaves, tube
from assets.starter.generator.stage import Part, Parts

GREENS: tuple[RGB, ...] = (
    (92, 114, 60),
    (110, 130, 72),
    (80, 104, 56),
    (130, 144, 86),
    (100, 116, 84),
    (118, 124, 70),
    (88, 108, 76),
)
CONIFERS: tuple[RGB, ...] = ((62, 82, 56), (76, 94, 66), (72, 92, 82), (88, 102, 66))
DRY: tuple[RGB, ...] = (
    (122, 118, 78),
    (140, 130, 96),
    (98, 104, 68),
    (130, 122, 104),
    (112, 98, 68),
)
BLOSSOMS: tuple[RGB, ...] = (
    (214, 60, 90),
    (238, 196, 60),
    (240, 236, 230),
    (168, 90, 190),
    (226, 110, 60),
    (236, 150, 180),
)
TRUNKS: tuple[RGB, ...] = ((92, 78, 64), (112, 100, 88), (72, 60, 50))
HAZE: RGB = (158, 174, 194)
SNOW: RGB = (226, 232, 242)


def hazy(colour: ArrayLike, share: float) -> Array:
    """A colour as it looks through so much air."""
    return mixed(colour, linear(HAZE), share)


def clump(
    mesh: Mesh,
    dice: Dice,
    centre: ArrayLike,
    radius: ArrayLike,
    *,
    colour: Array,
    leaves: int,
    leaf: float,
) -> None:
    """A round mass of leaves: darker inside and below. `leaf` is the length of one in metres."""
    out = dice.directions(leaves)
    depth = dice.uniform(0.3, 1, leaves) ** 0.4
    bumps = 1 + 0.22 * dice.field(6, 2.4)(out)
    feet = np.asarray(centre) + out * np.asarray(radius) * (depth * bumps)[:, None]
    tints = shades(dice, colour, leaves, 0.2) * (0.5 + 0.55 * depth**3 + 0.2 * out[:, 2])[:, None]
    way = unit(out + dice.normal(0.6, leaves, 3))
    thin_leaves(
        mesh,
        feet,
        way,
        unit(out + np.array([0, 0, 0.6])),
        leaf * dice.uniform(0.7, 1.3, leaves),
        leaf * 0.5,
        tints,
    )


def bush(dice: Dice, colour: Array, leaf: float = 0.07, leaves: int = 4200) -> Parts:
    """A bush about as wide as high, of radius 1."""
    crown, core = Mesh(), Mesh()
    lobes = dice.whole(5, 9)
    for _ in range(lobes):
        turn, away, size = dice.angle(), dice.between(0.1, 0.6), dice.between(0.35, 0.6)
        centre = (
            away * math.cos(turn),
            away * math.sin(turn),
            dice.between(0.3, 1.05) - 0.5 * away,
        )
        clump(
            crown,
            dice,
            centre,
            size * np.array([1, 1, 0.9]),
            colour=colour,
            leaves=leaves // lobes,
            leaf=leaf,
        )
        blobs(core, centre, size * 0.72, colour * 0.35, detail=2)
    return [
        Part(crown, Leaf(translucency=0.45, roughness=0.5, gloss=0.25)),
        Part(core, Coloured(roughness=0.95, gloss=0.05)),
    ]


def flowering(dice: Dice, colour: Array, blossom: Array) -> Parts:
    """A bush in flower, of radius 1."""
    parts = bush(dice, colour, 0.09, 3000)
    flowers = Mesh()
    points = parts[0].mesh.points[::6]
    chosen = points[dice.rng.integers(len(points), size=dice.whole(120, 420))]
    out = unit(chosen - (0, 0, 0.5))
    blobs(
        flowers,
        chosen + out * 0.04,
        dice.uniform(0.03, 0.06, len(chosen)),
        shades(dice, blossom, len(chosen), 0.15),
        detail=1,
    )
    return [*parts, Part(flowers, Leaf(translucency=0.3, roughness=0.6))]


def broadleaf(dice: Dice, colour: Array, leaves: int = 9000) -> Parts:
    """A broad-leaved tree, 1 high."""
    crown, wood = Mesh(), Mesh()
    bare, width = dice.between(0.12, 0.3), dice.between(0.2, 0.42)
    lean = dice.normal(0.03, 2)
    top = np.array([*lean, 0.75])
    trunk = np.array(
        [(0, 0, -0.02), (lean[0] * 0.4, lean[1] * 0.4, bare), (lean[0], lean[1], 0.75)]
    )
    bark = shade(dice, *TRUNKS)
    tube(wood, trunk, np.array([0.03, 0.02, 0.006]), bark, sides=8)
    lobes = dice.whole(9, 17)
    for way in dice.directions(lobes):
        size = dice.between(0.1, 0.19)
        centre = np.array([0, 0, (1 + bare) / 2]) + way * (
            width,
            width,
            (1 - bare) / 2 - 0.1,
        ) * dice.between(0.5, 0.95)
        clump(
            crown,
            dice,
            centre,
            size * np.array([1.1, 1.1, 0.85]),
            colour=colour,
            leaves=leaves // lobes,
            leaf=0.022,
        )
        middle = (trunk[1] + centre) / 2 + (0, 0, 0.04)
        tube(
            wood,
            np.array([trunk[1], middle, centre]),
            np.array([0.012, 0.008, 0.003]),
            bark,
            sides=5,
        )
        blobs(wood, centre, size * 0.55, colour * 0.35, detail=1)
    blobs(wood, top - (0, 0, 0.2), width * 0.45, colour * 0.3, detail=1)
    return [
        Part(crown, Leaf(translucency=0.45, roughness=0.5, gloss=0.2)),
        Part(wood, Coloured(roughness=0.95, gloss=0.1)),
    ]


def conifer(dice: Dice, colour: Array, snowy: float = 0.0) -> Parts:
    """A spruce or fir, 1 high; `snowy` is how much of it is white."""
    crown, wood = Mesh(), Mesh()
    count, width = 9000, dice.between(0.14, 0.26)
    tube(
        wood,
        np.array([(0, 0, -0.02), (0, 0, 0.5), (0, 0, 1)]),
        np.array([0.016, 0.01, 0.001]),
        shade(dice, *TRUNKS),
        sides=7,
    )
    up = 1 - 0.92 * dice.uniform(0.0025, 1, count) ** 0.6
    tier = 0.75 + 0.25 * np.sin(up * dice.between(60, 90))
    turn = dice.uniform(0, 2 * math.pi, count)
    reach = (
        width
        * (1.02 - up)
        * tier
        * (1 + 0.25 * dice.field(4, 3)(np.c_[np.cos(turn), np.sin(turn), up * 4]))
    )
    depth = dice.uniform(0.15, 1, count) ** 0.5
    way = np.c_[np.cos(turn), np.sin(turn), np.full(count, -0.25)]
    feet = np.c_[way[:, :2] * (reach * depth)[:, None], up - 0.25 * reach * depth]
    tints = shades(dice, colour, count, 0.2) * (0.35 + 0.75 * depth)[:, None]
    white = (dice.uniform(0, 1, count) < snowy * depth**2)[:, None]
    tints = np.where(white, linear(SNOW), tints)
    thin_leaves(
        crown,
        feet,
        unit(way + dice.normal(0.35, count, 3)),
        (0, 0, 1),
        dice.uniform(0.02, 0.045, count),
        0.012,
        tints,
    )
    return [
        Part(crown, Leaf(translucency=0.15, roughness=0.6, gloss=0.15)),
        Part(wood, Coloured(roughness=0.95, gloss=0.1)),
    ]


def poplar(dice: Dice, colour: Array) -> Parts:
    """A slender tree, 1 high: a poplar or cypress."""
    crown = Mesh()
    width = dice.between(0.07, 0.13)
    for up in np.linspace(0.14, 0.9, 9):
        centre = (dice.between(-0.02, 0.02), dice.between(-0.02, 0.02), up)
        size = width * (1.15 - 0.75 * up) * np.array([1, 1, 1.5])
        clump(crown, dice, centre, size, colour=colour, leaves=700, leaf=0.018)
    core = Mesh()
    blobs(core, (0, 0, 0.5), 0.5, colour * 0.22, detail=2, squash=(width * 1.1, width * 1.1, 0.92))
    return [
        Part(crown, Leaf(translucency=0.25, roughness=0.5, gloss=0.2)),
        Part(core, Coloured(roughness=0.95, gloss=0.1)),
    ]


def dry_shrub(dice: Dice, colour: Array) -> Parts:
    """A desert shrub of radius 1: many thin stems, few small leaves."""
    twigs, leaves = Mesh(), Mesh()
    stems = dice.whole(50, 110)
    way = dice.directions(stems)
    way[:, 2] = np.abs(way[:, 2]) + dice.between(0.2, 0.7)
    way, length = unit(way), dice.uniform(0.6, 1.15, stems)
    spikes(
        twigs,
        dice,
        np.zeros((stems, 3)),
        way,
        length,
        0.012,
        shades(dice, linear((120, 104, 84)), stems, 0.2),
    )
    of = dice.rng.integers(stems, size=dice.whole(2500, 5000))
    along = dice.uniform(0.35, 1.05, len(of))
    feet = way[of] * (length[of] * along)[:, None] + dice.normal(0.07, len(of), 3)
    tints = shades(dice, colour, len(of), 0.22) * (0.55 + 0.5 * along)[:, None]
    thin_leaves(
        leaves, feet, unit(way[of] + dice.normal(0.6, len(of), 3)), (0, 0.1, 1), 0.055, 0.024, tints
    )
    return [
        Part(twigs, Coloured(roughness=0.9, gloss=0.1)),
        Part(leaves, Leaf(translucency=0.2, roughness=0.7, gloss=0.1)),
    ]


def hedge(dice: Dice, colour: Array) -> Parts:
    """A piece of clipped hedge: 1 wide, 0.6 deep, 1 high, its face towards -y."""
    leaves, core = Mesh(), Mesh()
    count = 6000
    front = dice.chance(0.5)
    side = dice.uniform(0, 1, count) < (0.72 if front else 0.66)
    x, other = dice.uniform(-0.53, 0.53, count), dice.uniform(0, 1, count)
    bumps = (
        0.03 * dice.field(6, 9)(np.c_[x, other, other * 0]) - 0.05 * dice.uniform(0, 1, count) ** 2
    )
    feet = np.where(
        side[:, None], np.c_[x, -0.3 - bumps, other], np.c_[x, other * 0.6 - 0.3, 1 + bumps]
    )
    out = np.where(side[:, None], (0, -1, 0.35), (0, -0.1, 1))
    tints = shades(dice, colour, count, 0.2) * (0.85 + 6 * bumps)[:, None].clip(0.4)
    thin_leaves(
        leaves,
        feet,
        unit(out + dice.normal(0.55, count, 3)),
        unit(out + dice.normal(0.3, count, 3)),
        0.042,
        0.022,
        tints,
    )
    corners = [(x, y, z) for x in (-0.5, 0.5) for y, z in ((-0.24, 0), (-0.24, 0.95), (0.3, 0.95))]
    core.add(corners, [[0, 3, 4, 1], [1, 4, 5, 2]], colour * 0.35)
    return [
        Part(leaves, Leaf(translucency=0.45, roughness=0.4, gloss=0.35)),
        Part(core, Coloured(roughness=0.95, gloss=0.05), flat=True),
    ]


def rock(dice: Dice, colour: Array) -> Parts:
    """A boulder with faces and edges, of radius 1."""
    mesh = Mesh()
    points, faces = sphere(3)
    planes = dice.directions(dice.whole(9, 16)) * (1, 1, 0.9)
    near = dice.uniform(0.55, 0.95, len(planes))
    reach = (near / np.maximum(points @ planes.T, 1e-3)).min(-1).clip(0.3, 1.3)
    reach = reach * (1 + 0.04 * dice.field(6, 6)(points))
    tints = (
        shades(dice, colour, len(points), 0.05) * (0.8 + 0.25 * dice.field(5, 3)(points))[:, None]
    )
    mesh.add(points * reach[:, None] * (1, 0.85, 0.7), faces, tints)
    return [
        Part(
            mesh,
            Coloured(roughness=0.9, gloss=0.2, grain=3, depth=0.7, relief=0.05, mottling=0.35),
            flat=True,
        )
    ]
