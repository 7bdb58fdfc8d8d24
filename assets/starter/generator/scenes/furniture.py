"""What stands and hangs about in rooms: tables, walls, windows, books and mugs."""

import math

import numpy as np

from assets.starter.generator.colour import RGB, linear, shade
from assets.starter.generator.dice import Array, Dice, mixed
from assets.starter.generator.materials import Coloured, Leaf, Material, Plain, Tiles, View, Wood
from assets.starter.generator.mesh import Mesh
from assets.starter.generator.shapes import box, grid, lathe, tube
from assets.starter.generator.stage import Stage

WALLS: tuple[RGB, ...] = (
    (226, 222, 214),
    (236, 234, 230),
    (190, 196, 190),
    (150, 160, 150),
    (206, 190, 170),
    (120, 130, 140),
    (200, 206, 214),
    (214, 184, 170),
)
WOODS: tuple[RGB, ...] = (
    (150, 104, 66),
    (190, 146, 100),
    (96, 62, 40),
    (210, 180, 140),
    (120, 100, 84),
)
CLOTHS: tuple[RGB, ...] = (
    (190, 180, 165),
    (120, 140, 160),
    (200, 150, 140),
    (230, 226, 218),
    (90, 100, 96),
)
THINGS: tuple[RGB, ...] = (
    (180, 60, 50),
    (60, 90, 130),
    (220, 200, 160),
    (230, 228, 222),
    (60, 60, 62),
    (120, 90, 60),
    (90, 120, 90),
    (210, 160, 60),
)
GREENERY: tuple[RGB, ...] = ((96, 112, 70), (120, 128, 96), (136, 130, 120))


def surface(dice: Dice) -> Material:
    """The top of a table: wood, lacquer, stone or cloth."""
    match dice.pick("wood", "wood", "white", "stone", "cloth", "dark"):
        case "wood":
            return Wood(
                shade(dice, *WOODS),
                size=0.1,
                roughness=dice.between(0.25, 0.6),
                turn=dice.between(-0.3, 0.3),
            )
        case "white":
            return Plain(
                shade(dice, (225, 222, 216)),
                roughness=dice.between(0.2, 0.6),
                grain=3,
                mottling=0.05,
            )
        case "stone":
            return Plain(
                shade(dice, (150, 148, 144), (196, 190, 182)), roughness=0.5, grain=12, mottling=0.3
            )
        case "cloth":
            return Plain(shade(dice, *CLOTHS), roughness=0.95, gloss=0.1, grain=30, mottling=0.12)
        case _:
            return Plain(shade(dice, (44, 42, 42)), roughness=0.4, grain=5, mottling=0.1)


def table(stage: Stage, material: Material, size: float, back: float, height: float = 0.0) -> None:
    """A table top at this height that reaches `back` metres behind the plant."""
    top, front = Mesh(), 14 * size + 2
    box(
        top,
        (0, (back - front) / 2, height - 0.02),
        (16 * size + 3, back + front, 0.04),
        (0.5, 0.5, 0.5),
    )
    stage.add(top, material, flat=True)


def wall(dice: Dice, stage: Stage, size: float, away: float) -> Array:
    """A plain wall, seldom of tiles, behind everything; its colour."""
    colour, wide, face = shade(dice, *WALLS, spread=0.08), 24 * size + 8, Mesh()
    box(face, (0, away + 0.05, 0), (wide, 0.1, wide), colour)
    tiled = Tiles(
        shade(dice, (170, 110, 90), (226, 224, 220)),
        shade(dice, (140, 86, 70), (210, 208, 204)),
        0.25,
    )
    stage.add(
        face,
        tiled
        if dice.chance(0.1)
        else Plain(colour, roughness=0.85, grain=dice.between(2, 20), mottling=0.05),
        flat=True,
    )
    return colour


def window(dice: Dice, stage: Stage, size: float, away: float) -> None:
    """A window as wide as the room: what is out there is bright and out of focus."""
    wide, out, frame = 24 * size + 8, Mesh(), Mesh()
    box(out, (0, away + 1.5, 0), (wide, 0.1, wide), (0.5, 0.5, 0.5))
    stops = (
        (0.0, shade(dice, (44, 56, 34))),
        (0.45, shade(dice, *GREENERY)),
        (0.75, shade(dice, (170, 176, 140))),
        (1.0, linear((240, 240, 232))),
    )
    stage.add(
        out,
        View(
            stops,
            linear((225, 232, 240)),
            horizon=1.2 * size,
            brightness=dice.between(1.5, 4),
            grain=dice.between(1.2, 3),
        ),
        flat=True,
    )
    colour, bar = (
        shade(dice, (235, 233, 228), (80, 60, 46), (60, 62, 64), spread=0.05),
        dice.between(0.03, 0.07),
    )
    for x in np.arange(-wide / 2, wide / 2, dice.between(0.5, 1.0)) + dice.between(0, 0.4):
        box(frame, (x, away, 0), (bar, 0.06, wide), colour)
    for z in (dice.between(0.4, 0.9) + size / 2, -0.01):
        box(frame, (0, away, z), (wide, 0.06, bar), colour)
    stage.add(frame, Plain(colour, roughness=0.4), flat=True)


def clutter(dice: Dice, stage: Stage, size: float, near: float, far: float) -> None:
    """Mugs, vases, boxes and rows of books on the table behind the plant."""
    for _ in range(dice.whole(2, 6)):
        mesh, colour = Mesh(), shade(dice, *THINGS, spread=0.2)
        x, y, height = (
            dice.between(-1, 1) * (2.2 * size + 0.25),
            dice.between(near, far),
            dice.between(0.06, 0.32),
        )
        match dice.pick("box", "vase", "vase", "books"):
            case "box":
                box(
                    mesh,
                    (x, y, height / 2),
                    (dice.between(0.04, 0.18), dice.between(0.03, 0.15), height),
                    colour,
                    dice.between(-0.6, 0.6),
                )
            case "books":
                for book in range(dice.whole(3, 8)):
                    tall, cover = dice.between(0.17, 0.26), shade(dice, *THINGS, spread=0.2)
                    box(
                        mesh,
                        (x + 0.032 * book, y, tall / 2),
                        (0.028, 0.15, tall),
                        cover,
                        dice.between(-0.03, 0.03),
                    )
            case _:
                wide = dice.between(0.03, 0.09)
                waist = (wide * dice.between(0.4, 1), 0.9 * height)
                lathe(
                    mesh,
                    [
                        (0.001, 0),
                        (wide * dice.between(0.5, 1), 0),
                        (wide, 0.4 * height),
                        waist,
                        (wide / 2, height),
                        (0.001, height),
                    ],
                    colour,
                    sides=32,
                    at=(x, y, 0),
                )
        stage.add(mesh, Coloured(roughness=dice.between(0.15, 0.9)), flat=True)


def picture(dice: Dice, stage: Stage, size: float, away: float) -> None:
    """A framed picture on the wall."""
    frame, sheet, x, z = (
        Mesh(),
        Mesh(),
        dice.between(-0.4, 0.4) * (1 + size),
        size + dice.between(0.1, 0.4),
    )
    colour = shade(dice, (40, 38, 36), (200, 180, 140), (240, 240, 238))
    box(frame, (x, away - 0.02, z), (dice.between(0.3, 0.6), 0.03, dice.between(0.3, 0.6)), colour)
    stage.add(frame, Plain(colour, roughness=0.4), flat=True)
    painted = shade(dice, (120, 140, 160), (190, 160, 120), (220, 215, 205))
    box(sheet, (x, away - 0.03, z), (0.24, 0.035, 0.24), painted)
    stage.add(sheet, Plain(painted, roughness=0.6, grain=8, mottling=0.5), flat=True)


def curtain(dice: Dice, stage: Stage, size: float, away: float) -> None:
    """A curtain at one side of the wall."""
    t = np.linspace(0, 1, 240)
    x = dice.pick(-1, 1) * (1.2 * size + 0.4) + 1.1 * t
    y = away - 0.08 + 0.03 * np.sin(60 * t + 4 * np.sin(9 * t))
    hem = np.c_[x, y, np.full(240, -1.0)]
    cloth = Mesh()
    cloth.add(
        np.concatenate([hem, hem + (0, 0, 3.5 + 2 * size)]),
        grid(2, 240, closed=False),
        shade(dice, (220, 210, 196), (150, 160, 170), (190, 140, 120)),
    )
    stage.add(cloth, Leaf(translucency=0.3, roughness=0.9))


def hand(dice: Dice, stage: Stage, radius: float, height: float) -> None:
    """A hand that holds a pot of this rim radius and height, from below and one side.

    Palm, four fingers and a thumb.
    """
    skin, flesh, side = (
        shade(dice, (224, 172, 140), (240, 196, 168), (190, 130, 96), (120, 76, 54)),
        Mesh(),
        dice.pick(-1, 1),
    )
    thick = max(0.0085, 0.16 * radius)

    def finger(points: list[tuple[float, float, float]], width: float) -> None:
        t = np.linspace(0, len(points) - 1, 90)
        path = np.stack(
            [np.interp(t, np.arange(len(points)), np.array(points)[:, axis]) for axis in range(3)],
            1,
        )
        kernel = np.hanning(29) / np.hanning(29).sum()
        path = np.stack(
            [
                np.convolve(np.pad(path[:, axis], 14, mode="edge"), kernel, "valid")
                for axis in range(3)
            ],
            1,
        )
        along = np.r_[0, np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))]
        to_end = np.clip(np.minimum(along, along[-1] - along) / width, 0, 1)
        knuckles = 1 + 0.1 * np.cos(t / t[-1] * 3 * 2 * math.pi)
        _limb(
            flesh, path, width * knuckles * np.sqrt(1 - (1 - to_end) ** 2), skin
        )  # Both ends are round.

    middle = 0.45 * height
    for number in range(4):
        level = middle + (number - 1.5) * 1.9 * thick
        reach = radius * 1.02 + thick
        finger(
            [
                (side * 1.45 * reach, 1.05 * reach, middle + 0.5 * (level - middle)),
                (side * reach * 0.85, 0.9 * reach, level),
                (side * reach * 1.02, -0.1 * reach, level),
                (side * reach * 0.6, -0.85 * reach, level - 0.3 * thick),
                (side * reach * 0.02 * (number + 1), -1.02 * reach, level - 0.5 * thick),
            ],
            thick,
        )
    reach = radius + thick
    finger(
        [
            (side * 1.5 * reach, 1.0 * reach, middle - thick),
            (side * 0.9 * reach, 1.15 * reach, middle + 2 * thick),
            (-side * 0.2 * reach, 1.05 * reach, middle),
            (-side * 0.95 * reach, 0.5 * reach, middle + thick),
        ],
        1.2 * thick,
    )
    finger(
        [
            (side * 9 * reach, 4 * reach, middle - 9 * reach),
            (side * 4 * reach, 2.2 * reach, middle - 3.2 * reach),
            (side * 1.9 * reach, 1.45 * reach, middle - 0.6 * reach),
            (side * 0.95 * reach, 1.0 * reach, middle + 0.5 * thick),
        ],
        3.4 * thick,
    )
    stage.add(flesh, Coloured(roughness=0.5, gloss=0.35, grain=90, depth=0.05, mottling=0.06))


def _limb(mesh: Mesh, path: Array, radius: Array, colour: Array) -> None:
    """A tube of flesh, pinker towards its end."""
    tube(
        mesh,
        path,
        radius,
        mixed(colour, colour * (1.08, 0.85, 0.82), np.linspace(0, 1, len(path)) ** 3),
        sides=14,
    )
