"""What lies at a plant's foot: terrain, gravel, stones, grass and paths.

`size` is the plant's: the ground is finest near it.
"""

import math
from collections.abc import Callable

import numpy as np

from assets.starter.generator.colour import RGB, linear, shade, shades, varied
from assets.starter.generator.dice import Array, Dice, mixed, smooth, unit
from assets.starter.generator.materials import Coloured, Ground, Leaf
from assets.starter.generator.mesh import Mesh
from assets.starter.generator.scenes import foliage
from assets.starter.generator.shapes import grid, stones, thin_leaves
from assets.starter.generator.stage import Part, Parts, Stage, Thing

Height = Callable[[float, float], float]  # Of the ground at x, y; metres
SPAN = (
    -3.2,
    3.2,
    -3.6,
    5.0,
)  # Of the fine ground, in sizes of the plant: left, right, towards the camera, away from it

KINDS: dict[str, tuple[RGB, RGB, RGB]] = {
    "sand": ((150, 118, 84), (196, 164, 122), (226, 202, 164)),
    "pale sand": ((158, 140, 114), (202, 186, 158), (228, 216, 194)),
    "red sand": ((120, 66, 42), (176, 108, 72), (210, 150, 110)),
    "soil": ((28, 20, 15), (66, 49, 37), (112, 88, 68)),
    "dry soil": ((84, 66, 50), (130, 106, 82), (172, 148, 120)),
    "gravel": ((70, 66, 62), (138, 132, 124), (196, 190, 180)),
    "grass": ((36, 48, 18), (74, 90, 42), (112, 124, 66)),
    "dry grass": ((88, 78, 54), (142, 126, 90), (188, 174, 134)),
    "litter": ((48, 36, 24), (96, 74, 48), (146, 116, 76)),
    "snow": ((206, 216, 232), (228, 236, 246), (246, 249, 252)),
    "concrete": ((96, 94, 90), (132, 129, 124), (158, 155, 148)),
    "asphalt": ((46, 47, 49), (74, 74, 76), (108, 107, 106)),
}
PATCHES: dict[str, RGB] = {
    "sand": (146, 122, 88),
    "red sand": (150, 120, 80),
    "dry grass": (104, 108, 66),
    "grass": (122, 120, 62),
    "dry soil": (120, 116, 70),
    "litter": (70, 82, 36),
}
ROCKS: tuple[RGB, ...] = (
    (150, 138, 122),
    (120, 112, 104),
    (176, 150, 120),
    (140, 104, 82),
    (190, 184, 174),
    (96, 92, 88),
)
GRAVELS: tuple[tuple[RGB, ...], ...] = (
    ((150, 138, 122), (120, 112, 104), (176, 160, 140)),
    ((222, 218, 210), (200, 196, 188), (232, 230, 226)),
    ((110, 62, 48), (136, 78, 58), (90, 54, 46)),
    ((128, 128, 130), (98, 98, 102), (156, 156, 156)),
    ((190, 160, 118), (206, 180, 140), (150, 122, 90)),
    ((54, 52, 52), (76, 74, 72), (96, 92, 88)),
)


def material(dice: Dice, kind: str, size: float) -> Ground:
    """A ground of this kind; `size` is that of what one sees, in metres."""
    stops = tuple(
        (position, varied(dice, linear(colour), 0.08))
        for position, colour in zip((0, 0.5, 1), KINDS[kind], strict=True)
    )
    patches = shade(dice, PATCHES[kind]) if kind in PATCHES else None
    return Ground(
        stops,
        size,
        patches=patches,
        patchiness=dice.between(0.1, 0.45),
        relief=dice.between(0.5, 0.9),
    )


def terrain(dice: Dice, stage: Stage, kind: str, size: float, relief: float = 0.0) -> Height:
    """Ground to the horizon, level around the plant and before it.

    `relief` is how uneven it is, as a share of the distance.
    """
    near = max(size, 0.15)
    away = np.r_[0, np.geomspace(0.15 * near, 1800, 70)]
    turn = np.linspace(0, 2 * math.pi, 96, endpoint=False)
    waves = dice.field(6, 0.35 / near), dice.field(6, 0.05 / near), dice.field(6, 0.02)

    def height(x: Array, y: Array) -> Array:
        at = np.stack([x, y, 0 * x], -1)
        distance = np.hypot(x, y)
        rise = (
            waves[0](at) * 0.25 * near
            + waves[1](at) * 1.5 * near
            + waves[2](at) * np.minimum(distance, 60) * 0.15
        )
        return np.asarray(
            relief
            * (rise * smooth(0.4 * near, 3 * near, distance) * smooth(-2 * near, 1.5 * near, y))
        )

    x, y = away[:, None] * np.cos(turn), away[:, None] * np.sin(turn)
    mesh = Mesh()
    mesh.add(np.stack([x, y, height(x, y)], -1), grid(len(away), len(turn)), linear(KINDS[kind][1]))
    stage.add(mesh, material(dice, kind, near * 0.5 if near < 4 else 2.0))
    return lambda x, y: float(height(np.array(x), np.array(y)))


def tiled(
    dice: Dice,
    stage: Stage,
    parts: Parts,
    side: float,
    *,
    size: float,
    share: float = 1.0,
    height: Height | None = None,
) -> None:
    """Cover the ground around a plant with one patch, set again and again.

    `share` is how much of it.
    """
    left, right, front, back = (edge * max(size, 0.1) for edge in SPAN)
    for x in np.arange(left, right, side):
        for y in np.arange(front, back, side):
            off = dice.uniform(-0.5, 0.5, 2) * side * (share < 1)
            if dice.chance(share * float(1 - 0.8 * smooth(0.65, 1, max(abs(x) / right, y / back)))):
                z = height(x, y) if height else 0.0
                turn = dice.angle() if share < 1 else dice.whole(0, 3) * math.pi / 2
                stage.around.append(
                    Thing(parts, (float(x + off[0]), float(y + off[1]), z), turn=turn)
                )


def gravel(dice: Dice, stage: Stage, size: float, share: float = 1.0) -> None:
    """A bed of small stones, of one or several colours."""
    near = max(size, 0.1)
    side = 0.8 * near
    small = min(max(0.004, near * dice.between(0.012, 0.03)), 0.03)
    count = int(min(1100, 0.9 * side**2 / small**2))
    colours = np.array([linear(colour) for colour in dice.pick(*GRAVELS)])
    tints = colours[dice.rng.integers(len(colours), size=count)] * (1 + dice.normal(0.14, count, 1))
    spread = dice.normal(0.45 * side, count, 2)
    centres = np.c_[spread, dice.uniform(-0.2, 0.35, count) * small]
    mesh = Mesh()
    stones(mesh, dice, centres, small * dice.uniform(0.5, 1.25, count), tints, 0.8)
    tiled(
        dice,
        stage,
        [Part(mesh, Coloured(roughness=0.85, gloss=0.25))],
        side,
        size=near,
        share=share,
    )


def rocks(
    dice: Dice, stage: Stage, size: float, count: int, *, clear: float, height: Height | None = None
) -> None:
    """Boulders of many sizes, half sunk into the ground, `clear` of the plant by so many metres."""
    colour = dice.pick(*ROCKS)
    kinds = [foliage.rock(dice, shade(dice, colour)) for _ in range(3)]
    largest = min(0.5 * size, 0.9) * dice.between(0.15, 0.5)
    for _ in range(count):
        turn, radius = dice.angle(), largest * dice.between(0.15, 1) ** 2
        away = clear + radius + size * dice.between(0, 2) ** 2
        x, y = away * math.cos(turn), away * math.sin(turn)
        if y < 0:
            radius *= 0.4
        z = (height(x, y) if height else 0.0) + radius * dice.between(-0.1, 0.3)
        stage.around.append(Thing(dice.pick(*kinds), (x, y, z), turn=dice.angle(), scale=radius))


def blades(
    dice: Dice, count: int, side: float, *, length: float, colour: Array, straw: float = 0.15
) -> Parts:
    """A patch of grass, thinner to its edges so that many make one lawn.

    `straw` is how much of it is dry.
    """
    feet = np.c_[dice.normal(0.45 * side, count, 2), np.zeros(count)]
    dense = 1 + 0.35 * dice.field(5, 8 / side)(feet)
    way = unit(np.c_[dice.normal(0.5, count, 2), np.ones(count)])
    tints = shades(dice, colour, count, 0.3)
    tints = np.where(
        dice.uniform(0, 1, (count))[:, None] < straw,
        shades(dice, linear((176, 160, 104)), count, 0.15),
        tints,
    )
    mesh = Mesh()
    facing = dice.directions(count)
    width = length * dice.uniform(0.06, 0.11, count)
    thin_leaves(
        mesh,
        feet,
        way,
        facing,
        length * dice.uniform(0.4, 1.2, count) * dense,
        width,
        tints,
        fold=0.2,
        droop=0.35,
    )
    return [Part(mesh, Leaf(translucency=0.4, roughness=0.5, gloss=0.25))]


def lawn(
    dice: Dice,
    stage: Stage,
    size: float,
    *,
    dry: bool = False,
    tall: float = 1.0,
    share: float = 1.0,
) -> None:
    """Grass all around, of blades; `tall` is 1 where it is mown."""
    near = max(size, 0.1)
    side = 0.8 * near
    length = min(0.3 * near, 0.03 + 0.009 * near) * dice.between(0.8, 1.3) * tall
    count = int(min(14000, max(500, 60000 * side**2)))
    colour = (
        shade(dice, (176, 162, 124), (190, 176, 140))
        if dry
        else shade(dice, (104, 136, 84), (114, 142, 92), (94, 124, 80))
    )
    parts = blades(
        dice,
        count,
        side,
        length=length,
        colour=colour,
        straw=0.4 if dry else dice.between(0.02, 0.2),
    )
    tiled(dice, stage, parts, side, size=near, share=share)


def tufts(
    dice: Dice,
    stage: Stage,
    size: float,
    count: int,
    *,
    colour: Array,
    clear: float,
    height: Height | None = None,
) -> None:
    """Single tufts of grass or weeds, `clear` of the plant by so many metres."""
    number = 140
    way = dice.directions(number)
    way[:, 2] = np.abs(way[:, 2]) + 0.7
    mesh = Mesh()
    feet = np.c_[dice.normal(0.1, number, 2), np.zeros(number)]
    length = dice.uniform(0.4, 1.1, number)
    thin_leaves(
        mesh,
        feet,
        unit(way),
        dice.directions(number),
        length,
        0.03,
        shades(dice, colour, number, 0.2),
        fold=0.2,
        droop=0.5,
    )
    parts = [Part(mesh, Leaf(translucency=0.3, roughness=0.6, gloss=0.2))]
    for _ in range(count):
        turn, tall = dice.angle(), min(0.35 * size, 0.4) * dice.between(0.3, 1)
        away = clear + tall + size * dice.between(0, 2.4) ** 2
        x, y = away * math.cos(turn), away * math.sin(turn)
        if y < 0:
            tall *= 0.6
        stage.around.append(
            Thing(parts, (x, y, height(x, y) if height else 0.0), turn=dice.angle(), scale=tall)
        )


def strip(
    dice: Dice,
    stage: Stage,
    kind: str,
    *,
    start: tuple[float, float],
    end: tuple[float, float],
    wide: float,
) -> None:
    """A path or bed of this ground from one place to another, a little raised, uneven edges."""
    along = np.linspace(0, 1, 80)[:, None]
    middle = np.array(start) * (1 - along) + np.array(end) * along
    way = unit(np.array(end) - np.array(start))
    side = np.array([-way[1], way[0]])
    wave = dice.field(4, 1.2 / wide)(np.c_[middle, 0 * along])[:, None] * 0.15 * wide
    left, right = middle + side * (wide / 2 + wave), middle - side * (wide / 2 - 0.5 * wave)
    level = np.full((80, 1), min(0.004 + 0.002 * wide, 0.02))
    mesh = Mesh()
    mesh.add(
        np.stack([np.c_[left, level], np.c_[right, level]]).reshape(-1, 3),
        grid(2, 80, closed=False),
        (0.3, 0.3, 0.3),
    )
    stage.add(mesh, material(dice, kind, max(0.1, min(2.0, 0.5 * wide))))


def bed(
    dice: Dice, stage: Stage, kind: str, radius: float, at: tuple[float, float] = (0, 0)
) -> None:
    """A round bed dug around a plant."""
    turn = np.linspace(0, 2 * math.pi, 64, endpoint=False)
    edge = 1 + 0.2 * dice.field(5, 2.5)(np.c_[np.cos(turn), np.sin(turn), 0 * turn])
    rings = [
        np.c_[q * radius * edge * np.cos(turn), q * radius * edge * np.sin(turn), 0 * turn + z]
        for q, z in RINGS
    ]
    mesh = Mesh()
    points = np.stack(rings).reshape(-1, 3) * (1, 1, radius) + (*at, 0)
    mesh.add(points, grid(len(RINGS), 64), mixed((0.1, 0.08, 0.06), (0.2, 0.2, 0.2), 0.2))
    stage.add(mesh, material(dice, kind, max(0.06, min(1.0, radius * 0.4))))
    clods, count = Mesh(), 260
    turn, away = (
        dice.uniform(0, 2 * math.pi, count),
        radius * (1 - np.abs(dice.normal(0.35, count))),
    )
    lying = np.c_[
        away * np.cos(turn) + at[0], away * np.sin(turn) + at[1], np.full(count, 0.025 * radius)
    ]
    lumps = min(0.05 * radius, 0.03) * dice.uniform(0.2, 1, count) ** 2
    stones(clods, dice, lying, lumps, shades(dice, linear(KINDS[kind][1]), count, 0.3), 0.8)
    stage.add(clods, Coloured(roughness=0.95, gloss=0.1))


RINGS = ((0.001, 0.03), (0.5, 0.03), (0.9, 0.02), (1.0, -0.01))  # Of a bed: how far out, how high
