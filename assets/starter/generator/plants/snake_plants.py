"""Snake plants: swords with bands."""

import math

import numpy as np

from assets.starter.generator.camera import Framing
from assets.starter.generator.colour import linear, shade, varied
from assets.starter.generator.dice import Array, Dice, mixed, smooth
from assets.starter.generator.materials import Skin
from assets.starter.generator.mesh import Mesh
from assets.starter.generator.plants.fleshy import Blade, fleshy_leaf
from assets.starter.generator.shapes import GOLDEN_ANGLE
from assets.starter.generator.species import Species
from assets.starter.generator.stage import Part, Parts


def snake_plant(dice: Dice, potted: bool) -> Parts:
    """Banded swords, often with a yellow margin (Dracaena trifasciata)."""
    height = dice.between(0.25, 0.8) if potted else dice.between(0.5, 1.0)
    leaves, colour = Mesh(), shade(dice, (62, 92, 56), (74, 104, 66), (92, 116, 86))
    yellow, margin = (
        shade(dice, (206, 196, 96), (190, 196, 110), (165, 175, 110)),
        dice.chance(0.65),
    )
    field, phase = dice.field(6, 1), dice.uniform(0, 50, 40)
    wide, count = dice.between(0.055, 0.09), dice.whole(6, 16) if potted else dice.whole(18, 34)
    for leaf in range(count):

        def bands(
            colours: Array, along: Array, across: Array, up: Array, shift: float = phase[leaf]
        ) -> Array:
            wave = np.sin(
                along * 34
                + 2.2 * np.sin(across * 3 + shift)
                + 2 * field(np.stack([along * 9, across * 2 + shift, 0 * along], -1))
            )
            banded = mixed(colours, linear((150, 172, 140)), smooth(-0.1, 0.6, wave) * 0.55)
            return mixed(banded, yellow, smooth(0.72, 0.8, np.abs(across))) if margin else banded

        turn, away = dice.angle(), height * 0.05 * math.sqrt(leaf)
        blade = Blade(
            width=wide,
            thickness=0.012,
            swell=0.22,
            taper=0.3,
            curl=dice.between(-0.12, 0.15),
            cup=dice.between(0.1, 0.45),
            point=0.3,
            flatness=0.45,
            edge=0,
            tip=0.03,
            twist=dice.between(-0.5, 0.5),
            points=(34, 18),
        )
        foot = (away * math.cos(leaf * GOLDEN_ANGLE), away * math.sin(leaf * GOLDEN_ANGLE), -0.01)
        fleshy_leaf(
            leaves,
            foot,
            height * dice.between(0.45, 1.05),
            blade,
            (varied(dice, colour, 0.1), yellow),
            turn=turn,
            lean=dice.between(0, 0.2),
            paint=bands,
        )
    return [
        Part(
            leaves,
            Skin(height, roughness=0.45, translucency=0.05, bumps=0.06, mottling=0.12, gloss=0.4),
        )
    ]


POTS = ("studio", "window_sill", "table", "nursery", "patio")
SPECIES = (
    Species(
        "snake_plant",
        "succulent",
        snake_plant,
        (*POTS, "table", "garden", "field"),
        (Framing.PORTRAIT, Framing.PORTRAIT, Framing.CLOSE),
        share=1.3,
    ),
)
