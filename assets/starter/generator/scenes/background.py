"""What stands behind a plant: hills, trees, bushes, hedges, fences, walls and houses.

And greens out of focus.
"""

import math

import numpy as np

from assets.starter.generator.colour import RGB, linear, shade, varied
from assets.starter.generator.dice import Array, Dice, mixed, smooth, unit
from assets.starter.generator.materials import Coloured, Material, Plain, Tiles
from assets.starter.generator.mesh import Mesh, turned
from assets.starter.generator.scenes import foliage
from assets.starter.generator.scenes.ground import Height
from assets.starter.generator.shapes import box, grid
from assets.starter.generator.species import Subject, grown
from assets.starter.generator.stage import Part, Parts, Stage, Thing, bounds

DESERT_HILLS: tuple[RGB, ...] = ((150, 110, 84), (120, 104, 84), (130, 120, 100), (126, 98, 84))
GREEN_HILLS: tuple[RGB, ...] = ((96, 110, 78), (120, 104, 84), (84, 100, 92), (78, 98, 66))
WALLS: tuple[RGB, ...] = (
    (220, 206, 186),
    (190, 186, 180),
    (200, 160, 130),
    (226, 226, 222),
    (214, 184, 140),
    (176, 120, 98),
)


def behind(dice: Dice, near: float, far: float, spread: float = 1.05) -> tuple[float, float]:
    """Somewhere behind the plant, as likely near as far."""
    away, turn = (
        math.exp(dice.between(math.log(near), math.log(max(far, 1.01 * near)))),
        dice.between(-spread, spread),
    )
    return away * math.sin(turn), away * math.cos(turn)


def scattered(
    dice: Dice,
    stage: Stage,
    kinds: list[Parts],
    count: int,
    *,
    near: float,
    far: float,
    scale: tuple[float, float],
    height: Height | None = None,
) -> None:
    """Set these things behind the plant, from `near` to `far` metres away, so large."""
    for _ in range(count):
        x, y = behind(dice, near, far)
        size = dice.between(*scale)
        stage.around.append(
            Thing(
                dice.pick(*kinds),
                (x, y, height(x, y) if height else 0.0),
                turn=dice.angle(),
                scale=size,
            )
        )


def siblings(dice: Dice, subject: Subject) -> list[Parts]:
    """The plant itself and, unless that takes long, another of its kind: to stand beside it."""
    if sum(len(part.mesh) for part in subject.parts) > 120_000:
        return [subject.parts]
    other = grown(subject.species, dice, False).parts
    return [subject.parts, other] if other else [subject.parts]


def beside(
    dice: Dice,
    stage: Stage,
    subject: Subject,
    count: int,
    *,
    far: float,
    scale: tuple[float, float] = (0.6, 1.1),
    height: Height | None = None,
) -> None:
    """More plants of the same kind, beside and behind, up to `far` metres away.

    Larger than it is none by much.
    """
    kinds = siblings(dice, subject)
    widths = [max(bounds(parts).width, bounds(parts).height) for parts in kinds]
    for _ in range(count):
        which = dice.whole(0, len(kinds) - 1)
        size = dice.between(*scale) * min(1.6, subject.size / max(widths[which], 0.01))
        x, y = behind(dice, 0.75 * subject.bounds.width + 0.3 * widths[which] * size, far, 1.25)
        x = (
            x
            if abs(x) > 0.6 * subject.bounds.width or y > 2 * subject.size
            else math.copysign(0.9 * subject.bounds.width, x)
        )
        stage.around.append(
            Thing(
                kinds[which], (x, y, height(x, y) if height else 0.0), turn=dice.angle(), scale=size
            )
        )


def hills(
    dice: Dice,
    stage: Stage,
    colours: tuple[RGB, ...],
    *,
    distance: float,
    ranges: int,
    mesas: bool = False,
) -> None:
    """Ranges of hills, paler the farther."""
    turn = np.linspace(-0.15, math.pi + 0.15, 220)
    for layer in range(ranges):
        away = distance * (1 + 0.9 * layer)
        broad, fine, rough = dice.field(5, 3.5), dice.field(5, 14), dice.field(6, 45)
        around = np.c_[np.cos(turn), np.sin(turn), np.full(len(turn), 7.0 * layer)]
        ridge = (0.5 + 0.5 * broad(around) + 0.14 * fine(around) + 0.04 * rough(around)).clip(0.02)
        if mesas and dice.chance(0.5):
            ridge = np.minimum(ridge, np.percentile(ridge, dice.between(50, 75))) + 0.015 * rough(
                around
            )
        top = away * dice.between(0.03, 0.13) * ridge
        rows = []
        for step in np.linspace(0, 1, 9):
            folds = 1 + 0.12 * fine(around * (1, 1, 0) + (0, 0, 3 * step)) * step * (1 - step) * 4
            out = away * (1 + 0.22 * step * folds)
            rows.append(
                np.c_[
                    out * np.cos(turn),
                    out * np.sin(turn),
                    -6 + (top + 6) * step**1.3 * folds.clip(0.7, 1.1),
                ]
            )
        colour = foliage.hazy(
            shade(dice, *colours), min(0.85, 0.25 + 0.25 * layer + dice.between(0, 0.2))
        )
        mesh = Mesh()
        mesh.add(np.stack(rows).reshape(-1, 3), grid(len(rows), len(turn), closed=False), colour)
        stage.add(
            mesh,
            Coloured(
                roughness=1, gloss=0, grain=8 / away, depth=0.6, relief=0.01 * away, mottling=0.3
            ),
        )


def trees(dice: Dice, haze: float = 0.0, colours: tuple[RGB, ...] = foliage.GREENS) -> list[Parts]:
    """A few different trees, each 1 high."""
    made = [
        foliage.broadleaf(dice, foliage.hazy(shade(dice, *colours), haze))
        for _ in range(dice.whole(1, 2))
    ]
    if dice.chance(0.5):
        made.append(foliage.conifer(dice, foliage.hazy(shade(dice, *foliage.CONIFERS), haze)))
    if dice.chance(0.25):
        made.append(foliage.poplar(dice, foliage.hazy(shade(dice, *colours), haze)))
    return made


def tree_line(dice: Dice, stage: Stage, distance: float, count: int, tall: float) -> None:
    """Trees and bushes in a line, far away."""
    haze = min(0.5, distance / 400)
    kinds = trees(dice, haze)
    shrubs = [foliage.bush(dice, foliage.hazy(shade(dice, *foliage.GREENS), haze), 0.1, 2500)]
    bend = dice.between(-0.4, 0.4)
    for turn in np.linspace(-1.2, 1.2, count) + dice.normal(0.03, count):
        away = distance * dice.between(0.9, 1.2) * (1 + bend * turn)
        at = (away * math.sin(turn), away * math.cos(turn), 0.0)
        stage.around.append(
            Thing(dice.pick(*kinds), at, turn=dice.angle(), scale=tall * dice.between(0.6, 1.15))
        )
        low = (at[0] * 0.95 + float(dice.normal(tall)[()]) * 0.3, at[1] * 0.95, 0.0)
        stage.around.append(
            Thing(dice.pick(*shrubs), low, turn=dice.angle(), scale=tall * dice.between(0.12, 0.3))
        )


def bushes(
    dice: Dice, stage: Stage, distance: float, wide: float, tall: float, *, flowers: bool = False
) -> None:
    """A row of bushes."""
    kinds = [foliage.bush(dice, shade(dice, *foliage.GREENS)) for _ in range(2)]
    if flowers:
        kinds.append(
            foliage.flowering(dice, shade(dice, *foliage.GREENS), shade(dice, *foliage.BLOSSOMS))
        )
    for row in (1.0, 1.0 + 0.9 * tall / max(distance, 0.1)):
        for x in np.arange(-wide, wide, tall * 0.62):
            size = tall * dice.between(0.4, 0.75) * row
            at = (
                float(x) + dice.between(-0.2, 0.2) * tall,
                distance * row + dice.between(-0.15, 0.15) * tall,
                -0.1 * size,
            )
            stage.around.append(Thing(dice.pick(*kinds), at, turn=dice.angle(), scale=size))


def hedge(dice: Dice, stage: Stage, distance: float, wide: float, tall: float) -> None:
    """A clipped hedge across the picture."""
    kinds = [foliage.hedge(dice, shade(dice, *foliage.GREENS, spread=0.05)) for _ in range(2)]
    for x in np.arange(-wide, wide, tall * 0.97):
        stage.around.append(Thing(dice.pick(*kinds), (float(x), distance, 0), scale=tall))


def wall(dice: Dice, stage: Stage, distance: float, wide: float, tall: float) -> None:
    """A plastered or brick wall."""
    mesh = Mesh()
    box(mesh, (0, distance, tall / 2), (2 * wide, 0.25, tall), (0.5, 0.5, 0.5))
    plaster: Material = Plain(
        shade(dice, *WALLS), roughness=0.9, gloss=0.2, grain=2.5, mottling=0.14
    )
    brick: Material = Tiles(
        shade(dice, (166, 108, 86), (150, 140, 128)),
        shade(dice, (140, 90, 74), (124, 110, 98)),
        0.28,
    )
    stage.add(mesh, dice.pick(plaster, plaster, brick), flat=True)


def fence(dice: Dice, stage: Stage, distance: float, wide: float, tall: float) -> None:
    """A fence of upright boards."""
    mesh = Mesh()
    colour, board = (
        shade(dice, (150, 120, 90), (120, 110, 100), (200, 196, 188), (90, 72, 58)),
        dice.between(0.07, 0.16),
    )
    gap = dice.pick(1.06, 1.06, 1.5)
    for x in np.arange(-wide, wide, board * gap):
        height = tall * dice.between(0.985, 1.015)
        box(
            mesh,
            (x, distance, height / 2),
            (board, 0.022, height),
            colour * dice.between(0.8, 1.15),
            dice.between(-0.02, 0.02),
        )
    for up in (0.2, 0.8):
        box(mesh, (0, distance + 0.04, tall * up), (2 * wide, 0.04, 0.08), colour * 0.8)
    stage.add(
        mesh,
        Coloured(roughness=0.8, gloss=0.2, grain=12, depth=0.4, relief=0.006, mottling=0.3),
        flat=True,
    )


def house(
    dice: Dice,
    stage: Stage,
    at: tuple[float, float],
    *,
    wide: float,
    tall: float,
    turn: float = 0.0,
) -> None:
    """A house with windows in the wall that looks towards -y, before it is turned about z."""
    walls, glass, trim, roof = Mesh(), Mesh(), Mesh(), Mesh()
    deep = 8.0
    box(walls, (0, deep / 2, tall / 2), (wide, deep, tall), (0.5, 0.5, 0.5))
    columns, storeys = max(2, int(wide / dice.between(2.2, 3.4))), max(1, int(tall / 2.8))
    door = dice.whole(0, columns - 1)
    high, broad, frame = (
        dice.between(1.1, 1.7),
        dice.between(0.8, 1.3),
        shade(dice, (230, 228, 222), (90, 74, 60), (70, 74, 78)),
    )
    for storey in range(storeys):
        for column in range(columns):
            x = (column + 0.5) / columns * wide - wide / 2
            entry = storey == 0 and column == door
            middle, height = (1.05, 2.1) if entry else (1.6 + 2.8 * storey, high)
            box(trim, (x, -0.01, middle), (broad + 0.2, 0.1, height + 0.2), frame)
            pane = shade(dice, (40, 48, 58), (70, 84, 98), (30, 32, 36))
            box(
                glass,
                (x, -0.03, middle),
                (broad, 0.1, height),
                shade(dice, (96, 66, 44)) if entry else pane,
            )
            box(trim, (x, -0.05, middle), (0.06, 0.1, height), frame)
            box(trim, (x, -0.06, middle - height / 2 - 0.1), (broad + 0.3, 0.2, 0.07), frame * 0.9)
    eaves, ridge = 0.5, tall + dice.between(1.5, 3)
    if dice.chance(0.65):
        for x in (-wide / 2, wide / 2):
            walls.add(
                [(x, 0, tall), (x, deep / 2, ridge - 0.05), (x, deep, tall)],
                [[0, 1, 2]],
                (0.5, 0.5, 0.5),
            )
        edge = wide / 2 + 0.4
        points = [
            (x, y, z)
            for y, z in ((-eaves, tall - 0.1), (deep / 2, ridge), (deep + eaves, tall - 0.1))
            for x in (-edge, edge)
        ]
        roof.add(
            points,
            [[0, 1, 3, 2], [2, 3, 5, 4]],
            shade(dice, (150, 84, 62), (110, 80, 66), (84, 82, 84)),
        )
    else:
        box(
            roof,
            (0, deep / 2, tall + 0.15),
            (wide + 0.5, deep + 0.5, 0.35),
            shade(dice, (150, 146, 140), (110, 100, 92)),
        )
    plaster: Material = Plain(
        shade(dice, *WALLS), roughness=0.9, gloss=0.2, grain=1.2, mottling=0.1
    )
    brick: Material = Tiles(shade(dice, (166, 108, 86)), shade(dice, (140, 90, 74)), 0.3)
    panes, frames = Coloured(roughness=0.1, gloss=0.7), Coloured(roughness=0.6, gloss=0.3)
    tiles = Coloured(roughness=0.85, gloss=0.15, grain=4, depth=0.6, relief=0.03, mottling=0.25)
    for mesh, material in (
        (walls, dice.pick(plaster, plaster, brick)),
        (glass, panes),
        (trim, frames),
        (roof, tiles),
    ):
        stage.around.append(Thing([Part(mesh, material, flat=True).moved(turned(turn), (*at, 0))]))


def houses(dice: Dice, stage: Stage, distance: float) -> None:
    """One to three houses far enough behind."""
    x = dice.between(-0.8, 0) * distance
    for _ in range(dice.whole(1, 3)):
        wide = dice.between(7, 16)
        house(
            dice,
            stage,
            (x + wide / 2, distance * dice.between(1, 1.2)),
            wide=wide,
            tall=dice.pick(3.2, 5.8, 5.8, 8.6),
        )
        x += wide + dice.between(2, 8)


def garden_back(dice: Dice, stage: Stage, size: float) -> None:
    """The end of a garden: greens, hedge, wall, fence, house or open country."""
    kind = dice.pick("bushes", "bushes", "flowers", "hedge", "wall", "fence", "house", "open")
    away = 0.9 * size + dice.between(0.6, 5) + (2 if size > 1 else 0)
    wide, tall = 1.6 * away + 3 * size + 2, dice.between(1, 2.2)
    if kind in ("bushes", "flowers"):
        bushes(dice, stage, away, wide, min(tall, 0.8 * away), flowers=kind == "flowers")
    elif kind == "hedge":
        hedge(dice, stage, away, wide, tall)
    elif kind == "wall":
        wall(dice, stage, away, wide, tall * dice.between(1, 1.6))
    elif kind == "fence":
        fence(dice, stage, away, min(wide, 25), tall)
    elif kind == "house":
        house(
            dice,
            stage,
            (dice.between(-3, 3), away + 2),
            wide=dice.between(9, 16),
            tall=dice.pick(3.2, 5.8),
        )
    if kind != "house" or dice.chance(0.5):
        tree_line(dice, stage, max(14, 4 * away), dice.whole(14, 26), dice.between(4, 9))


def blurred(dice: Dice, stage: Stage, radius: float) -> None:
    """Greens far out of focus all round behind and below, with sky above and spots of light.

    Painted on a bowl.
    """
    turn, rise = np.meshgrid(
        np.radians(np.linspace(-125, 125, 300)),
        np.radians(np.linspace(-89, 42, 190)),
        indexing="ij",
    )
    way = np.stack([np.cos(rise) * np.sin(turn), np.cos(rise) * np.cos(turn), np.sin(rise)], -1)
    base = shade(
        dice, (70, 96, 40), (92, 116, 52), (56, 80, 44), (120, 132, 66), (96, 104, 70), (84, 92, 58)
    )
    colour: Array = np.broadcast_to(base, way.shape)
    for frequency, tint in (
        (2, (24, 34, 16)),
        (5, (140, 158, 84)),
        (7, (50, 64, 30)),
        (11, (160, 160, 104)),
        (4, (110, 92, 66)),
    ):
        share = smooth(-0.1, 0.5, dice.field(7, frequency)(way)) * dice.between(0.3, 0.85)
        colour = mixed(colour, varied(dice, linear(tint), 0.2), share)
    for middle in unit(dice.normal(1, dice.pick(0, 25, 70, 140), 3) * (1, 0.7, 0.5) + (0, 0.7, 0)):
        width = math.radians(dice.between(1.2, 3.2))
        inside = smooth(width, 0.35 * width, np.arccos((way @ middle).clip(-1, 1)))
        colour = mixed(
            colour,
            np.clip(varied(dice, linear((214, 222, 170)), 0.2), 0, 1),
            inside * dice.between(0.05, 0.35),
        )
    sky = linear(dice.pick((206, 222, 240), (236, 240, 244), (150, 186, 226)))
    edge = math.radians(dice.pick(5, 15, 28, 60)) + 0.2 * dice.field(6, 5)(way)
    colour = mixed(colour, sky, smooth(-0.08, 0.12, rise - edge))
    mesh = Mesh()
    mesh.add(way * radius, grid(*rise.shape, closed=False), colour.reshape(-1, 3))
    stage.add(mesh, Coloured(roughness=1.0, gloss=0.0, glow=dice.between(0.5, 1.1)))
