"""The small kin of aloes: haworthias with their white bands, and gasterias."""

import math

import numpy as np

from assets.starter.generator.camera import Framing
from assets.starter.generator.colour import RGB, linear, shade, varied
from assets.starter.generator.dice import Array, Dice, mixed, smooth
from assets.starter.generator.mesh import Mesh
from assets.starter.generator.plants.fleshy import Blade, Paint, fleshy_leaf
from assets.starter.generator.plants.tufts import Tuft, spots, stiff_skin, tuft
from assets.starter.generator.shapes import GOLDEN_ANGLE
from assets.starter.generator.species import Species
from assets.starter.generator.stage import Part, Parts

HAWORTHIA_GREENS: tuple[RGB, ...] = (
    (46, 74, 44),
    (58, 88, 50),
    (70, 100, 56),
    (52, 80, 62),
    (80, 92, 52),
)
PALE: RGB = (226, 228, 216)


def bands(dice: Dice, closeness: float) -> Paint:
    """Raised white bands across the outer side of a leaf, broken here and there."""
    field, offset = dice.field(8, 1), dice.uniform(0, 9, 3)
    strength, both_sides = dice.between(0.75, 1), dice.chance(0.25)

    def paint(colours: Array, along: Array, across: Array, up: Array) -> Array:
        rows = np.sin(along * closeness + 1.2 * np.sin(across * 5 + offset[0]))
        broken = smooth(-0.4, 0.4, field(np.stack([along * 30, across * 12, up], -1) + offset))
        white = smooth(0.2, 0.65, rows) * broken * ((up < 0.2) | both_sides)
        return mixed(colours, linear(PALE), np.clip(white * strength, 0, 1))

    return paint


def haworthia(dice: Dice, potted: bool) -> Parts:
    """Stiff dark leaves with white bands (Haworthiopsis attenuata), alone or in clusters."""
    length = dice.between(0.05, 0.11)
    leaves, upright = Mesh(), dice.chance(0.35)
    blade = Blade(
        width=dice.between(0.1, 0.16),
        thickness=dice.between(0.06, 0.1),
        swell=0.15,
        taper=0.85,
        curl=dice.between(-0.6, -0.05),
        cup=dice.between(0, 0.25),
        point=0.9,
        flatness=0.25,
        edge=0.1,
        tip=0.1,
        points=(40, 16),
    )
    colour = shade(dice, *HAWORTHIA_GREENS, spread=0.15)
    kind = Tuft(
        blade,
        dice.whole(16, 44),
        (colour, mixed(colour, linear((140, 90, 60)), 0.5)),
        spread=dice.between(0.5, 0.8) if upright else dice.between(0.9, 1.35),
    )
    heads = 1 if dice.chance(0.5) else dice.whole(2, 7)
    for head in range(heads):
        turn, away = head * GOLDEN_ANGLE, 0.62 * length * math.sqrt(head)
        at = np.array([away * math.cos(turn), away * math.sin(turn), 0])
        tuft(
            leaves,
            Mesh(),
            dice,
            at,
            length * (dice.between(0.5, 1) if head else 1),
            kind,
            bands(dice, dice.between(45, 80)),
        )
    return [Part(leaves, stiff_skin(dice, length))]


def haworthia_tower(dice: Dice, potted: bool) -> Parts:
    """Leaves spotted in rows around upright stems (Haworthiopsis coarctata, reinwardtii)."""
    height = dice.between(0.08, 0.18)
    leaves, stems = Mesh(), dice.whole(2, 9)
    colour = shade(dice, *HAWORTHIA_GREENS, spread=0.15)
    for stem in range(stems):
        turn, away, tall = (
            stem * GOLDEN_ANGLE,
            0.16 * height * math.sqrt(stem),
            height * dice.between(0.5, 1),
        )
        lean = dice.uniform(-0.2, 0.2, 2)
        for leaf in range(int(tall / height * 40)):
            up = leaf / 40 * height
            blade = Blade(
                width=0.2,
                thickness=0.12,
                swell=0.5,
                taper=0.8,
                curl=-0.8,
                cup=0.2,
                point=0.9,
                flatness=0.3,
                edge=0.1,
                tip=0.1,
                points=(18, 12),
            )
            foot = (away * math.cos(turn) + lean[0] * up, away * math.sin(turn) + lean[1] * up, up)
            paint = bands(dice, 38) if leaf % 3 else None
            fleshy_leaf(
                leaves,
                foot,
                0.26 * height,
                blade,
                (varied(dice, colour, 0.08), colour),
                turn=leaf * GOLDEN_ANGLE,
                lean=0.75,
                paint=paint,
            )
    return [Part(leaves, stiff_skin(dice, height))]


def gasteria(dice: Dice, potted: bool) -> Parts:
    """Thick tongues in two ranks, with white spots (Gasteria)."""
    length = dice.between(0.08, 0.18)
    leaves, start = Mesh(), dice.angle()
    blade = Blade(
        width=dice.between(0.14, 0.22),
        thickness=dice.between(0.08, 0.12),
        swell=0.2,
        taper=0.3,
        curl=dice.between(-0.1, 0.4),
        cup=0.05,
        point=0.5,
        flatness=0.6,
        edge=0.3,
        tip=0.08,
        points=(36, 18),
    )
    colour, paint = (
        shade(dice, (60, 92, 60), (84, 112, 76), (70, 96, 88)),
        spots(dice, dice.between(0.5, 1)),
    )
    for leaf in range(dice.whole(7, 14)):
        turn = start + leaf * (math.pi + 0.05) + float(dice.rng.normal(0, 0.1))
        foot = (
            0.03 * length * math.cos(turn),
            0.03 * length * math.sin(turn),
            0.12 * length * (1 - leaf / 14),
        )
        lean = 0.15 + 0.09 * leaf + float(dice.rng.normal(0, 0.05))
        long = length * (0.55 + 0.45 * min(1, leaf / 6))
        fleshy_leaf(
            leaves,
            foot,
            long,
            blade,
            (varied(dice, colour, 0.07), colour * 0.8),
            turn=turn,
            lean=lean,
            paint=paint,
        )
    return [Part(leaves, stiff_skin(dice, length))]


POTS = ("studio", "studio", "table", "window_sill", "patio")
SPECIES = (
    Species(
        "haworthia",
        "succulent",
        haworthia,
        (*POTS, "nursery", "hand", "rockery"),
        (Framing.PORTRAIT, Framing.ABOVE, Framing.CLOSE),
        share=2.2,
        look_alike=True,
    ),
    Species(
        "haworthia_tower",
        "succulent",
        haworthia_tower,
        (*POTS, "nursery"),
        (Framing.PORTRAIT, Framing.ABOVE),
        share=0.7,
        look_alike=True,
    ),
    Species(
        "gasteria",
        "succulent",
        gasteria,
        (*POTS, "nursery"),
        (Framing.PORTRAIT, Framing.ABOVE, Framing.CLOSE),
        share=0.7,
    ),
)
