"""Gardens and cultivation: rockeries, lawns and beds, mats of one plant, rows in a field.

And nothing but blurred greens.
"""

import math

import numpy as np

from assets.starter.generator import light
from assets.starter.generator.colour import shade
from assets.starter.generator.dice import Dice
from assets.starter.generator.scenes import background, foliage, ground
from assets.starter.generator.scenes.setting import Scene
from assets.starter.generator.species import Subject
from assets.starter.generator.stage import Stage, Thing, bounds

OBJECTS = 900  # At most, in a field: each costs the renderer a little time


def rockery(dice: Dice, stage: Stage, subject: Subject) -> None:
    """A gravel bed with stones and other small plants."""
    size, foot = subject.size, subject.bounds.foot
    ground.terrain(dice, stage, dice.pick("soil", "dry soil", "dry soil", "litter"), size)
    ground.gravel(dice, stage, size)
    ground.rocks(dice, stage, size, dice.whole(3, 22), clear=1.15 * foot + 0.05 * size)
    if dice.chance(0.5):
        background.beside(dice, stage, subject, dice.whole(1, 6), far=3.5 * size)
    if dice.chance(0.6):
        kinds = [
            foliage.bush(dice, shade(dice, *foliage.GREENS, *foliage.DRY), 0.12, 1500)
            for _ in range(2)
        ]
        scale = 0.15 * min(size, 1.5), 0.4 * min(size, 1.5)
        background.scattered(
            dice, stage, kinds, dice.whole(2, 9), near=1.3 * size, far=5 * size + 1, scale=scale
        )
    if dice.chance(0.35):
        ground.tufts(
            dice,
            stage,
            size,
            dice.whole(3, 20),
            colour=shade(dice, (96, 116, 60), (150, 140, 90)),
            clear=1.4 * foot,
        )
    background.garden_back(dice, stage, size)
    light.outdoors(dice, stage)


def garden(dice: Dice, stage: Stage, subject: Subject) -> None:
    """A lawn, beds of flowers, a path, and what ends the garden."""
    size, foot = subject.size, subject.bounds.foot
    small = size < 0.6
    ground.terrain(dice, stage, "soil" if small else "grass", size)
    if small and dice.chance(0.7):
        ground.tufts(
            dice,
            stage,
            size,
            dice.whole(10, 60),
            colour=shade(dice, (84, 110, 50), (104, 120, 70)),
            clear=1.3 * foot,
        )
        ground.gravel(dice, stage, size, dice.between(0.05, 0.4))
    else:
        ground.lawn(dice, stage, size, tall=dice.pick(1, 1, 1.6))
        ground.bed(
            dice, stage, dice.pick("soil", "litter", "soil", "gravel"), 1.5 * foot + 0.15 * size
        )
    if dice.chance(0.5):
        blossom = shade(dice, *foliage.BLOSSOMS)
        kinds = [
            foliage.flowering(dice, shade(dice, *foliage.GREENS), blossom),
            foliage.bush(dice, shade(dice, *foliage.GREENS)),
        ]
        scale = 0.2 * min(size, 1.4), 0.45 * min(size, 1.4)
        background.scattered(
            dice,
            stage,
            kinds,
            dice.whole(3, 14),
            near=1.2 * size + 0.2,
            far=4 * size + 2,
            scale=scale,
        )
    if dice.chance(0.4):
        side, y = dice.pick(-1, 1), size * dice.between(0.8, 1.6) + 0.5
        wide = min(1.6, 0.5 * size + 0.4)
        kind = dice.pick("concrete", "gravel", "sand", "litter")
        ground.strip(
            dice,
            stage,
            kind,
            start=(-9 * side - 6 * size, y),
            end=(9 * side + 6 * size, 2.2 * y),
            wide=wide,
        )
    if dice.chance(0.3):
        background.beside(dice, stage, subject, dice.whole(1, 4), far=4 * size)
    background.garden_back(dice, stage, size)
    light.outdoors(dice, stage)


def _filled(subject: Subject) -> float:
    """How much of the circle around it a plant covers, seen from above: 0.2 to 1."""
    points = np.concatenate([part.mesh.points[:, :2] for part in subject.parts]) / (
        0.5 * subject.bounds.width
    )
    cells, _, _ = np.histogram2d(points[:, 0], points[:, 1], bins=20, range=((-1, 1), (-1, 1)))
    return float(np.clip((cells > 0).sum() / (math.pi * 100), 0.2, 1))


def carpet(dice: Dice, stage: Stage, subject: Subject) -> None:
    """A mat of the same plant: hardly any soil is seen."""
    width, flat = subject.bounds.width, subject.bounds.height < 1.0 * subject.bounds.width
    ground.terrain(dice, stage, dice.pick("soil", "soil", "dry soil", "gravel"), subject.size)
    kinds = background.siblings(dice, subject)
    widths = [bounds(parts).width for parts in kinds]
    spacing, most = (
        width * dice.between(0.44, 0.64) * math.sqrt(_filled(subject)),
        dice.whole(60, 95),
    )
    rows, columns = np.mgrid[-5:8, -5:6]
    at = np.c_[((columns + 0.5 * (rows % 2)) * spacing).ravel(), (rows * spacing * 0.87).ravel()]
    at = at[np.argsort(np.hypot(at[:, 0], at[:, 1] - 0.4 * width))][
        : min(most, OBJECTS // len(subject.parts))
    ]
    for x, y in at + dice.normal(0.09 * width, len(at), 2):
        near, before = math.hypot(x, y) < 0.4 * spacing, y < -0.35 * width and abs(x) < 1.1 * width
        if near or (before and not flat):
            continue
        which = dice.whole(0, len(kinds) - 1)
        scale = (
            width / max(widths[which], 0.01) * dice.between(0.65, 1.12) * (0.85 if before else 1)
        )
        tilt = float(dice.normal(0.08)[()])
        stage.around.append(
            Thing(kinds[which], (float(x), float(y), 0), turn=dice.angle(), scale=scale, tilt=tilt)
        )
    if dice.chance(0.7):
        background.garden_back(dice, stage, 3 * subject.size)
    light.outdoors(dice, stage)


def field(dice: Dice, stage: Stage, subject: Subject) -> None:
    """Rows of the same plant to the horizon; an orchard, where it is a tree."""
    size, width, tree = subject.size, subject.bounds.width, subject.species.label == "tree"
    kind = (
        dice.pick("grass", "dry grass", "soil")
        if tree
        else dice.pick("soil", "dry soil", "dry soil", "red sand", "sand")
    )
    ground.terrain(dice, stage, kind, size)
    if kind in ("grass", "dry grass"):
        ground.lawn(dice, stage, size, dry=kind == "dry grass", tall=2)
    else:
        ground.tufts(
            dice,
            stage,
            size,
            dice.whole(0, 60),
            colour=shade(dice, (110, 120, 66), (150, 134, 84)),
            clear=0.6 * width,
        )
    kinds = background.siblings(dice, subject)
    sizes = [max(bounds(parts).width, bounds(parts).height) for parts in kinds]
    between, within, lean = (
        width * dice.between(1.05, 1.7),
        width * dice.between(0.8, 1.25),
        dice.pick(0.0, 0.25, -0.25, 0.5),
    )
    rows, places = np.mgrid[-9:10, -3:34]
    x, y = rows.ravel() * between, places.ravel() * within
    x, y = x * math.cos(lean) + y * math.sin(lean), y * math.cos(lean) - x * math.sin(lean)
    seen = (np.hypot(x, y) > 0.5 * min(between, within)) & (np.abs(x) < 1.1 * y + 2.5 * size)
    seen &= (y > -0.3 * width) | ((np.abs(x) > 0.75 * width + 0.25 * size) & (y > -1.2 * size))
    order = np.flatnonzero(seen)[np.argsort(np.hypot(x, y)[seen])][: OBJECTS // len(subject.parts)]
    for place in order:
        which = dice.whole(0, len(kinds) - 1)
        scale = subject.size / max(sizes[which], 0.01) * dice.between(0.8, 1.1)
        at = (
            float(x[place] + dice.between(-0.07, 0.07) * width),
            float(y[place] + dice.between(-0.07, 0.07) * width),
            0.0,
        )
        stage.around.append(Thing(kinds[which], at, turn=dice.angle(), scale=scale))
    if dice.chance(0.6):
        background.tree_line(dice, stage, 40 * width + 25, dice.whole(20, 40), dice.between(5, 10))
    if dice.chance(0.6):
        background.hills(
            dice,
            stage,
            background.GREEN_HILLS,
            distance=dice.between(300, 900),
            ranges=dice.whole(1, 3),
        )
    light.outdoors(dice, stage)


def bokeh(dice: Dice, stage: Stage, subject: Subject) -> None:
    """Blurred greens, sky and spots of light; no ground."""
    background.blurred(dice, stage, 9 * subject.size + 0.5)
    light.outdoors(dice, stage)


SCENES = (
    Scene("rockery", rockery, potted=False),
    Scene("garden", garden, potted=False),
    Scene("carpet", carpet, potted=False),
    Scene("field", field, potted=False),
    Scene("bokeh", bokeh, potted=False, frontal=True),
)
