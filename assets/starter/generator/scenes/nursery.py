"""A nursery: trays and benches of many of the same kind."""

import numpy as np

from assets.starter.generator import light
from assets.starter.generator.colour import linear, shade
from assets.starter.generator.dice import Dice
from assets.starter.generator.materials import Coloured, Plain, View, Wood
from assets.starter.generator.mesh import Mesh
from assets.starter.generator.scenes.furniture import GREENERY, WOODS, table
from assets.starter.generator.scenes.pots import neighbour
from assets.starter.generator.scenes.setting import Scene
from assets.starter.generator.shapes import box
from assets.starter.generator.species import Subject
from assets.starter.generator.stage import Stage, Thing


def nursery(dice: Dice, stage: Stage, subject: Subject) -> None:
    """Pots in rows around the plant, each a little different, in trays on a bench or the ground."""
    size, style = subject.size, dice.pick("plastic", "plastic", "terracotta", "glazed")
    kinds = [neighbour(dice, subject, style) for _ in range(dice.whole(2, 4))]
    reach = max(subject.reach, *(far for _, far in kinds)) * dice.between(1.02, 1.15)
    columns, behind, before = dice.whole(2, 3), dice.whole(2, 5), dice.whole(0, 2)
    for column in range(-columns, columns + 1):
        for row in range(-before, behind + 1):
            if (column, row) == (0, 0) or dice.chance(0.06):
                continue
            parts, _ = dice.pick(*kinds)
            x, y = (
                2 * reach * column + dice.between(-0.1, 0.1) * reach,
                2 * reach * row + dice.between(-0.1, 0.1) * reach,
            )
            stage.around.append(
                Thing(parts, (x, y, 0), turn=dice.angle(), scale=dice.between(0.85, 1.05))
            )
    _tray(dice, stage, reach, columns, before, behind)
    bench = (
        Wood(shade(dice, *WOODS), size=0.15)
        if dice.chance(0.4)
        else Plain(
            shade(dice, (150, 148, 144), (90, 90, 88), (196, 192, 186)),
            roughness=0.8,
            grain=9,
            mottling=0.3,
        )
    )
    back = 2 * reach * (behind + 1) + dice.between(0.1, 0.6)
    table(stage, bench, size, back)
    _house(dice, stage, size, back)
    light.outdoors(dice, stage, "overcast", "overcast", "hazy", "cloudy")


def _tray(dice: Dice, stage: Stage, reach: float, columns: int, before: int, behind: int) -> None:
    """The tray the pots stand in: a rim around them."""
    if dice.chance(0.4):
        return
    tray, wide, deep = (
        Mesh(),
        2 * reach * (2 * columns + 1) + 0.02,
        2 * reach * (before + behind + 1) + 0.02,
    )
    middle, height, colour = (
        reach * (behind - before),
        0.35 * reach,
        linear(dice.pick((30, 30, 32), (60, 62, 60), (232, 230, 226))),
    )
    for x, y, long, across in (
        (0, middle - deep / 2, wide, 0.004),
        (0, middle + deep / 2, wide, 0.004),
        (-wide / 2, middle, 0.004, deep),
        (wide / 2, middle, 0.004, deep),
    ):
        box(tray, (x, y, height / 2), (long, across, height), colour)
    box(tray, (0, middle, 0.001), (wide, deep, 0.002), colour)
    stage.add(tray, Coloured(roughness=0.5), flat=True)


def _house(dice: Dice, stage: Stage, size: float, back: float) -> None:
    """What is behind the bench: more green, out of focus, under a bright roof."""
    out, away = Mesh(), back + dice.between(0.8, 3) + 2 * size
    box(out, (0, away, 0), (16 * away, 0.1, 16 * away), (0.5, 0.5, 0.5))
    stops = tuple(
        (place, shade(dice, *colours))
        for place, colours in (
            (0.0, ((40, 54, 34),)),
            (0.45, GREENERY),
            (0.75, ((160, 168, 134),)),
            (1.0, ((232, 234, 228),)),
        )
    )
    stage.add(
        out,
        View(
            stops,
            np.array([0.85, 0.88, 0.9]),
            horizon=dice.between(0.3, 1.2) * away / 3,
            brightness=dice.between(0.5, 1.0),
            grain=dice.between(1, 3),
        ),
        flat=True,
    )


SCENES = (Scene("nursery", nursery, potted=True),)
