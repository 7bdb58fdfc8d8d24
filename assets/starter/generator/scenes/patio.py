"""Outdoors, in a pot: on a terrace, a step, a garden table."""

from assets.starter.generator import light
from assets.starter.generator.colour import linear, shade
from assets.starter.generator.dice import Dice
from assets.starter.generator.materials import Material, Plain, Tiles, View, Wood
from assets.starter.generator.mesh import Mesh
from assets.starter.generator.scenes.furniture import GREENERY, WOODS, table
from assets.starter.generator.scenes.indoors import beside
from assets.starter.generator.scenes.setting import Scene
from assets.starter.generator.shapes import box
from assets.starter.generator.species import Subject
from assets.starter.generator.stage import Stage


def floor(dice: Dice, size: float) -> Material:
    """Planks, slabs or concrete."""
    match dice.pick("planks", "tiles", "concrete", "slab"):
        case "planks":
            return Wood(
                shade(dice, *WOODS, (150, 140, 130)),
                size=0.12,
                roughness=0.6,
                turn=dice.pick(0.0, 1.57),
            )
        case "tiles":
            return Tiles(
                shade(dice, (180, 150, 126), (160, 110, 90), (170, 168, 162)),
                shade(dice, (160, 132, 110)),
                0.3,
                upright=False,
            )
        case "concrete":
            return Plain(
                shade(dice, (158, 155, 150), (186, 182, 174)),
                roughness=0.9,
                gloss=0.1,
                grain=6 / max(size, 0.1),
                mottling=0.25,
            )
        case _:
            return Plain(
                shade(dice, (130, 124, 116), (170, 150, 130)),
                roughness=0.85,
                gloss=0.15,
                grain=20,
                mottling=0.35,
            )


def patio(dice: Dice, stage: Stage, subject: Subject) -> None:
    """A terrace before a wall, a fence or the green of a garden."""
    size = subject.size
    back = size * dice.between(1.5, 5) + 0.3
    table(stage, floor(dice, size), size, back + 0.2)
    _end(dice, stage, back)
    if dice.chance(0.45):
        beside(dice, stage, subject, 4)
    light.outdoors(dice, stage)


def _end(dice: Dice, stage: Stage, away: float) -> None:
    """A wall of plaster or brick, a fence of boards, or greens out of focus."""
    wide, end = 12 * away + 2, Mesh()
    match dice.pick("plaster", "brick", "fence", "greens", "greens"):
        case "plaster":
            colour = shade(
                dice,
                (220, 206, 186),
                (190, 186, 180),
                (200, 160, 130),
                (226, 226, 222),
                (170, 190, 200),
            )
            box(end, (0, away, 0), (wide, 0.1, wide), colour)
            stage.add(end, Plain(colour, roughness=0.9, grain=2 / away, mottling=0.15), flat=True)
        case "brick":
            box(end, (0, away, 0), (wide, 0.1, wide), (0.5, 0.5, 0.5))
            stage.add(
                end, Tiles(shade(dice, (166, 108, 86)), shade(dice, (140, 90, 74)), 0.25), flat=True
            )
        case "fence":
            board = 0.12
            for number in range(int(min(wide, 14) / board)):
                colour = shade(dice, (150, 120, 90), spread=0.12)
                box(
                    end,
                    ((number - 7 / board) * board, away, 0.9),
                    (board * 0.96, 0.02, 1.9),
                    colour,
                )
            box(end, (0, away + 0.6, 0), (wide, 0.02, wide), linear((60, 76, 44)))
            stage.add(
                end,
                Wood(
                    shade(dice, (150, 120, 90), (120, 110, 100)), size=0.3, roughness=0.8, turn=1.57
                ),
                flat=True,
            )
        case _:
            box(end, (0, away + 2, 0), (wide + 12, 0.1, wide + 12), (0.5, 0.5, 0.5))
            stops = (
                (0.0, shade(dice, (36, 48, 28))),
                (0.5, shade(dice, *GREENERY, (84, 110, 52))),
                (0.8, shade(dice, (130, 150, 84))),
                (1.0, shade(dice, (206, 212, 190))),
            )
            stage.add(
                end,
                View(
                    stops,
                    linear((214, 224, 236)),
                    horizon=away * dice.between(0.5, 1.5),
                    brightness=dice.between(0.35, 0.8),
                    grain=dice.between(1, 2.5),
                ),
                flat=True,
            )


SCENES = (Scene("patio", patio, potted=True),)
