"""Crassulas: jade and towers."""

import math

import numpy as np

from assets.starter.generator.camera import Framing
from assets.starter.generator.colour import linear, shade, varied
from assets.starter.generator.dice import Array, Dice, mixed, smooth, unit
from assets.starter.generator.materials import Coloured, Skin
from assets.starter.generator.mesh import Mesh
from assets.starter.generator.plants.fleshy import SUCCULENT_GREENS, TIPS, Blade, fleshy_leaf
from assets.starter.generator.shapes import GOLDEN_ANGLE, tube
from assets.starter.generator.species import Species
from assets.starter.generator.stage import Part, Parts


def pair(
    leaves: Mesh,
    dice: Dice,
    at: Array,
    up: Array,
    *,
    turn: float,
    length: float,
    blade: Blade,
    lean: float,
    colours: tuple[Array, Array],
) -> None:
    """Two leaves opposite each other, around a stem that points `up`."""
    up = unit(up)
    first = unit(np.cross(up, (0.31, 0.22, 0.9)))
    axes, two = np.stack([first, np.cross(up, first), up], 1), Mesh()
    for side in (0, math.pi):
        tint = (varied(dice, colours[0], 0.08), colours[1])
        fleshy_leaf(
            two,
            (0, 0, 0),
            length * dice.between(0.9, 1.1),
            blade,
            tint,
            turn=turn + side + dice.between(-0.15, 0.15),
            lean=lean * dice.between(0.85, 1.15),
        )
    leaves.merge(two, axes, at)


def _plump(dice: Dice) -> Blade:
    """The leaf of a jade plant."""
    return Blade(
        width=dice.between(0.32, 0.42),
        thickness=dice.between(0.12, 0.2),
        swell=dice.between(0.6, 0.9),
        taper=dice.between(0.28, 0.4),
        curl=dice.between(-0.4, 0),
        cup=0.1,
        point=0.2,
        flatness=0.6,
        edge=dice.between(0, 0.8),
        tip=0.15,
        points=(12, 12),
    )


def jade(dice: Dice, potted: bool) -> Parts:
    """A thick trunk and plump shiny leaves in pairs (Crassula ovata)."""
    size = dice.between(0.14, 0.32) if potted else dice.between(0.3, 0.6)
    stems, leaves = Mesh(), Mesh()
    colour = shade(
        dice, (78, 118, 56), (98, 132, 74), (110, 140, 96), (64, 104, 54), (140, 150, 80)
    )
    blade = _plump(dice)
    colours, leaf = (colour, shade(dice, *TIPS)), min(0.05, size * dice.between(0.17, 0.24))

    def branch(foot: Array, direction: Array, length: float, thick: float, depth: int) -> None:
        t = np.linspace(0, 1, 7)
        path = (
            foot
            + np.outer(t * length, unit(direction))
            + np.cumsum(dice.normal(0.03 * length, 7, 3), 0)
        )
        bark = mixed(linear((120, 108, 84)), linear((104, 122, 70)), (t + 2 - depth) / 3)
        tube(stems, path, thick * (1 - 0.35 * t) * (1 + 0.06 * np.sin(20 * t)), bark, sides=9)
        turn = dice.angle()
        for number, share in enumerate(np.linspace(0.45, 1, 3 if depth < 2 else 0)):
            small = leaf * (1 - 0.45 * smooth(0.6, 1, share))
            pair(
                leaves,
                dice,
                path[round(share * 6)],
                direction,
                turn=turn + number * math.pi / 2,
                length=float(small),
                blade=blade,
                lean=dice.between(0.6, 1.2),
                colours=colours,
            )
        for child in range(dice.whole(2, 3) if depth else 0):
            out = unit(np.cross(direction, dice.directions(1)[0]))
            way = (
                unit(direction) * dice.between(0.5, 1)
                + out * dice.between(0.45, 0.9)
                + (0, 0, 0.25)
            )
            branch(
                path[-1] if child < 2 else path[4],
                way,
                length * dice.between(0.6, 0.85),
                thick * 0.65,
                depth - 1,
            )

    for stem in range(1 if dice.chance(0.4) else dice.whole(2, 4)):
        foot = np.append(dice.uniform(-0.1, 0.1, 2) * size * (stem > 0), -0.02 * size)
        up, long, thick = (
            np.append(dice.uniform(-0.4, 0.4, 2), 1),
            size * dice.between(0.16, 0.26),
            size * dice.between(0.03, 0.055),
        )
        branch(foot, up, long, thick, 2 if potted else 3)
    return [
        Part(
            stems,
            Coloured(roughness=0.8, gloss=0.2, grain=30 / size, depth=0.5, relief=0.004 * size),
        ),
        Part(
            leaves,
            Skin(
                2 * leaf,
                roughness=dice.between(0.2, 0.45),
                translucency=0.15,
                bumps=0.06,
                mottling=0.12,
                gloss=dice.between(0.35, 0.6),
            ),
        ),
    ]


def tower(dice: Dice, potted: bool) -> Parts:
    """Pairs of leaves stacked crosswise on upright stems (Crassula perforata, 'Hottentot')."""
    height = dice.between(0.08, 0.2)
    leaves, colour = Mesh(), shade(dice, *SUCCULENT_GREENS, spread=0.15)
    plump, leaf = dice.chance(0.5), height * dice.between(0.12, 0.22)
    blade = Blade(
        width=dice.between(0.4, 0.55),
        thickness=dice.between(0.22, 0.34) if plump else 0.12,
        swell=0.4,
        taper=0.5,
        curl=-0.2,
        cup=0.15,
        point=0.5,
        flatness=0.5,
        edge=dice.between(0.2, 0.9),
        tip=0.2,
        points=(10, 14),
    )
    colours, gap = (
        (colour, shade(dice, *TIPS, (200, 170, 110))),
        leaf * (0.42 if plump else dice.between(0.3, 0.6)),
    )
    for stem in range(dice.whole(4, 14)):
        turn, away = stem * GOLDEN_ANGLE, 1.1 * leaf * math.sqrt(stem)
        lean = np.array([*dice.uniform(-0.3, 0.3, 2), 1])
        foot, count = (
            np.array([away * math.cos(turn), away * math.sin(turn), 0]),
            int(height * dice.between(0.5, 1) / gap),
        )
        for level in range(count):
            up = lean + (0, 0, 0.02 * level)
            small = leaf * (1 - 0.5 * smooth(0.7, 1, level / count))
            pair(
                leaves,
                dice,
                foot + unit(up) * level * gap,
                up,
                turn=level * math.pi / 2,
                length=float(small),
                blade=blade,
                lean=dice.between(1.1, 1.4),
                colours=colours,
            )
    return [
        Part(
            leaves,
            Skin(
                2 * leaf,
                roughness=dice.between(0.4, 0.7),
                translucency=0.2,
                bumps=0.05,
                mottling=0.12,
                gloss=0.3,
                bloom=dice.pick(0, 0.3),
            ),
        )
    ]


POTS = ("studio", "window_sill", "table", "nursery", "patio")
BOTH = (Framing.PORTRAIT, Framing.PORTRAIT, Framing.ABOVE, Framing.CLOSE)
SPECIES = (
    Species(
        "jade",
        "succulent",
        jade,
        (*POTS, "table", "hand", "garden"),
        (Framing.PORTRAIT, Framing.PORTRAIT, Framing.CLOSE),
        share=1.5,
        look_alike=True,
    ),
    Species(
        "tower", "succulent", tower, (*POTS, "studio", "hand"), BOTH, share=1.2, look_alike=True
    ),
)
