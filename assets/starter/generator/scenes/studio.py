"""A product photo: a plant on seamless paper, white or pastel."""

import numpy as np

from assets.starter.generator import light
from assets.starter.generator.colour import RGB, shade
from assets.starter.generator.dice import Dice
from assets.starter.generator.materials import Plain
from assets.starter.generator.mesh import Mesh
from assets.starter.generator.scenes.setting import Scene
from assets.starter.generator.shapes import grid
from assets.starter.generator.species import Subject
from assets.starter.generator.stage import Stage

PAPER: tuple[RGB, ...] = (
    (248, 248, 247),
    (244, 244, 242),
    (238, 190, 60),
    (236, 190, 200),
    (190, 214, 222),
    (225, 222, 236),
    (40, 40, 42),
    (214, 226, 206),
)


def paper(dice: Dice, stage: Stage, subject: Subject) -> None:
    """A roll of paper that hangs behind the plant and runs on under it, without an edge."""
    size = subject.size
    back, wide, round_ = size * dice.between(1.2, 2.5) + 0.1, 12 * size + 2, 0.5 * size
    bend = np.linspace(0, np.pi / 2, 12)
    curve = [
        (-8 * size, 0),
        *np.c_[back - round_ + round_ * np.sin(bend), round_ - round_ * np.cos(bend)],
        (back, 12 * size),
    ]
    sheet = Mesh()
    points = [(x, y, z) for x in (-wide, wide) for y, z in curve]
    colour = shade(dice, PAPER[0], PAPER[1], *PAPER, spread=0.06)
    sheet.add(points, grid(2, len(curve), closed=False), colour)
    stage.add(sheet, Plain(colour, roughness=0.9))
    light.softbox(dice, stage, size)


SCENES = (Scene("studio", paper, potted=True),)
