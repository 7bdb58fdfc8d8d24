"""Rooms: a table, a window sill, a shelf, and a hand that shows a pot."""

import math

import numpy as np

from assets.starter.generator import light
from assets.starter.generator.colour import of_light, shade
from assets.starter.generator.dice import Dice
from assets.starter.generator.materials import Plain, View, Wood
from assets.starter.generator.mesh import Mesh
from assets.starter.generator.scenes.furniture import (
    GREENERY,
    WOODS,
    clutter,
    curtain,
    hand,
    picture,
    surface,
    table,
    wall,
    window,
)
from assets.starter.generator.scenes.pots import neighbour
from assets.starter.generator.scenes.setting import Scene
from assets.starter.generator.shapes import box
from assets.starter.generator.species import Subject
from assets.starter.generator.stage import Lamp, Room, Stage, Thing


def beside(dice: Dice, stage: Stage, subject: Subject, most: int) -> None:
    """More pots of the same kind next to the plant, a little behind it."""
    for number in range(dice.whole(1, most)):
        parts, reach = neighbour(dice, subject)
        hand_side = 1 if number % 2 else -1
        x = hand_side * (subject.reach + reach) * dice.between(1.0, 1.7) * (1 + number // 2)
        stage.around.append(
            Thing(parts, (x, dice.between(0, 1.2) * subject.size * (0.4 + 0.4 * number), 0))
        )


def on_a_table(dice: Dice, stage: Stage, subject: Subject) -> None:
    """A table before a wall, or deep in a room."""
    size, deep = subject.size, dice.chance(0.6)
    back = size * dice.between(0.9, 3.5) + 0.1
    away = back + (dice.between(0.4, 2.5) if deep else 0.02)
    table(stage, surface(dice), size, back)
    colour = wall(dice, stage, size, away)
    if dice.chance(0.6):
        clutter(dice, stage, size, 0.9 * size + 0.1, max(away - 0.12, size + 0.15))
    if dice.chance(0.3):
        picture(dice, stage, size, away)
    if dice.chance(0.2):
        curtain(dice, stage, size, away)
    if dice.chance(0.25):
        beside(dice, stage, subject, 3)
    light.indoors(dice, stage, size, colour)


def on_a_window_sill(dice: Dice, stage: Stage, subject: Subject) -> None:
    """A sill before a bright window."""
    size = subject.size
    back = size * dice.between(0.6, 1.6) + 0.05
    sill = (
        Plain(shade(dice, (235, 233, 228), (210, 206, 198)), roughness=0.35)
        if dice.chance(0.6)
        else Wood(shade(dice, *WOODS), size=0.1)
    )
    table(stage, sill, size, back)
    window(dice, stage, size, back)
    if dice.chance(0.35):
        beside(dice, stage, subject, 3)
    light.indoors(dice, stage, size, np.array([0.9, 0.9, 0.88]), window=back)
    at = np.array(
        [dice.between(-1, 1), -2.0 * size - 1.2, size + 1.0]
    )  # The bright room behind the photographer
    stage.lights.append(
        Lamp(
            at,
            np.array([0, 0, size / 2]),
            power=dice.between(20, 50) * (size + 1) ** 2,
            colour=of_light(5500),
            width=2,
            height=2,
        )
    )


def by_a_shelf(dice: Dice, stage: Stage, subject: Subject) -> None:
    """A stand before a shelf on the wall, for plants that trail."""
    size, foot = subject.size, max(0.0, subject.base - 0.1)
    back, board = 0.14 + subject.reach, Mesh()
    colour = wall(dice, stage, size, back)
    if foot > 0.02:
        box(
            board,
            (0, back - 0.06, foot - 0.012),
            (dice.between(0.4, 1.2), 0.12, 0.022),
            (0.5, 0.5, 0.5),
        )
    table(stage, surface(dice), size, back)
    stage.add(board, Wood(shade(dice, *WOODS), size=0.1), flat=True)
    light.indoors(dice, stage, size, colour)


def in_a_hand(dice: Dice, stage: Stage, subject: Subject) -> None:
    """Held up before a garden or a room, which are out of focus."""
    size, back = subject.size, Mesh()
    hand(dice, stage, subject.rim, subject.base)
    away = 6 * size + 1.5
    box(back, (0, away, 0), (10 * away, 0.1, 10 * away), (0.5, 0.5, 0.5))
    stops = (
        (0.0, shade(dice, (44, 56, 34))),
        (0.45, shade(dice, *GREENERY)),
        (0.75, shade(dice, (150, 160, 120))),
        (1.0, shade(dice, (210, 214, 196))),
    )
    stage.add(
        back,
        View(
            stops,
            shade(dice, (226, 224, 216)),
            horizon=dice.between(-0.2, 1.5) * size,
            brightness=dice.between(0.5, 1.2),
            grain=dice.between(0.25, 0.8),
        ),
        flat=True,
    )
    floor = Mesh()
    box(floor, (0, 0, -6 * size - 0.6), (20 * away, 20 * away, 0.05), (0.5, 0.5, 0.5))
    colour = shade(dice, *GREENERY, (150, 140, 126), (96, 84, 70))
    stage.add(floor, Plain(colour, roughness=0.9, grain=3, mottling=0.4), flat=True)
    turn = dice.between(-1, 1)
    at = np.array([2.5 * math.sin(turn), -2.5 * math.cos(turn), 2.5]) * (size + 0.3)
    stage.lights.append(
        Lamp(
            at,
            np.array([0, 0, size / 2]),
            power=dice.between(60, 110) * (size + 0.3) ** 2,
            colour=of_light(dice.between(5000, 6500)),
            width=1.2 * (size + 0.3),
            height=size + 0.3,
        )
    )
    stage.sky = Room(of_light(dice.between(5500, 7500)), dice.between(0.4, 0.8))


SCENES = (
    Scene("table", on_a_table, potted=True),
    Scene("window_sill", on_a_window_sill, potted=True),
    Scene("shelf", by_a_shelf, potted=True),
    Scene("hand", in_a_hand, potted=True),
)
