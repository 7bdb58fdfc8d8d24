"""Agaves: wide stiff rosettes with a spine at each leaf's end."""

import numpy as np

from assets.starter.generator.camera import Framing
from assets.starter.generator.colour import linear, shade
from assets.starter.generator.dice import Array, Dice, mixed, smooth
from assets.starter.generator.materials import Coloured, Skin
from assets.starter.generator.mesh import Mesh
from assets.starter.generator.plants.fleshy import Blade, Paint
from assets.starter.generator.plants.tufts import Tuft, tuft
from assets.starter.generator.species import Species
from assets.starter.generator.stage import Part, Parts


def striped(dice: Dice) -> Paint:
    """A pale margin, or a pale middle."""
    pale, middle = shade(dice, (226, 216, 150), (235, 230, 200)), dice.chance(0.4)

    def paint(colours: Array, along: Array, across: Array, up: Array) -> Array:
        return mixed(
            colours, pale, smooth(0.62, 0.72, 1 - np.abs(across) if middle else np.abs(across))
        )

    return paint


def lined(dice: Dice) -> Paint:
    """White lines along the margin and across the back."""

    def paint(colours: Array, along: Array, across: Array, up: Array) -> Array:
        line = np.maximum(
            smooth(0.8, 0.9, np.abs(across)),
            smooth(0.9, 0.97, np.sin(9 * across + 4 * along)) * (up < 0),
        )
        return mixed(colours, linear((235, 236, 228)), line)

    return paint


def agave(dice: Dice, potted: bool) -> Parts:
    """Blue or green, plain or striped (Agave americana, parryi, attenuata)."""
    length = dice.between(0.12, 0.3) if potted else dice.between(0.3, 1.2)
    leaves, thorns = Mesh(), Mesh()
    blade = Blade(
        width=dice.between(0.1, 0.19),
        thickness=dice.between(0.03, 0.05),
        swell=dice.pick(0.25, 0.6, 0.15),
        taper=dice.between(0.6, 0.7),
        curl=dice.between(-0.4, 0.5),
        cup=dice.between(0.15, 0.5),
        point=0.6,
        flatness=0.25,
        edge=0.15,
        tip=0.06,
        points=(20, 16),
    )
    colour = shade(
        dice,
        (128, 152, 150),
        (108, 140, 120),
        (140, 156, 146),
        (96, 124, 84),
        (150, 166, 160),
        spread=0.15,
    )
    kind = Tuft(
        blade,
        dice.whole(22, 56),
        (colour, shade(dice, (110, 70, 50), (90, 70, 50))),
        spread=dice.between(1.0, 1.45),
        teeth=dice.whole(14, 30),
    )
    tuft(
        leaves, thorns, dice, (0, 0, 0), length, kind, striped(dice) if dice.chance(0.35) else None
    )
    return [
        Part(
            leaves,
            Skin(
                length,
                roughness=dice.between(0.4, 0.65),
                translucency=0.1,
                bumps=0.1,
                mottling=dice.between(0.05, 0.25),
                gloss=dice.between(0.2, 0.4),
            ),
        ),
        Part(thorns, Coloured(roughness=0.5)),
    ]


def queen_agave(dice: Dice, potted: bool) -> Parts:
    """A dense ball of short leaves with white lines (Agave victoriae-reginae)."""
    length = dice.between(0.06, 0.12) if potted else dice.between(0.12, 0.25)
    leaves, thorns = Mesh(), Mesh()
    blade = Blade(
        width=0.2,
        thickness=0.1,
        swell=0.3,
        taper=0.55,
        curl=-0.5,
        cup=0.2,
        point=0.7,
        flatness=0.4,
        edge=0,
        tip=0.05,
        points=(24, 20),
    )
    kind = Tuft(
        blade,
        dice.whole(40, 70),
        (shade(dice, (70, 100, 70), (84, 112, 88)), linear((60, 50, 40))),
        spread=1.35,
    )
    tuft(leaves, thorns, dice, (0, 0, 0), length, kind, lined(dice))
    return [
        Part(
            leaves,
            Skin(length, roughness=0.55, translucency=0.1, bumps=0.1, mottling=0.1, gloss=0.3),
        ),
        Part(thorns, Coloured(roughness=0.5)),
    ]


LOOK = (Framing.ABOVE, Framing.ABOVE, Framing.PORTRAIT, Framing.CLOSE)
SPECIES = (
    Species(
        "agave",
        "succulent",
        agave,
        ("patio", "table", "rockery", "garden", "desert", "desert", "field"),
        LOOK,
        share=1.5,
    ),
    Species(
        "queen_agave",
        "succulent",
        queen_agave,
        ("patio", "studio", "nursery", "rockery"),
        LOOK,
        share=0.6,
        look_alike=True,
    ),
)
