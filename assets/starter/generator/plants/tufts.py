"""Tufts of stiff leaves with teeth and spots: what aloes, haworthias and agaves share."""

import math
from dataclasses import KW_ONLY, dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from assets.starter.generator.colour import RGB, linear, shades, varied
from assets.starter.generator.dice import Array, Dice, mixed, smooth, unit
from assets.starter.generator.materials import Skin
from assets.starter.generator.mesh import Mesh
from assets.starter.generator.plants.fleshy import Blade, Paint, fleshy_leaf
from assets.starter.generator.shapes import GOLDEN_ANGLE, spikes


@dataclass(frozen=True)
class Tuft:
    """A tuft of stiff leaves from one point."""

    blade: Blade
    leaves: int
    colours: tuple[Array, Array]  # Of leaf and tip
    _: KW_ONLY
    spread: float = 1.2  # Lean of the outermost leaf, in radians
    teeth: int = 0  # On each margin
    tooth: Array | None = None


def tuft(
    leaves: Mesh,
    thorns: Mesh,
    dice: Dice,
    at: ArrayLike,
    length: float,
    kind: Tuft,
    paint: Paint | None = None,
) -> None:
    """Add a tuft at a foot. Its longest leaf has this length; the margins bear teeth."""
    start = dice.angle()
    for leaf in range(kind.leaves):
        age = (leaf + 0.5) / kind.leaves
        turn = start + leaf * GOLDEN_ANGLE + float(dice.rng.normal(0, 0.06))
        long = length * (0.45 + 0.55 * age**0.5) * dice.between(0.82, 1.08)
        foot = np.add(
            at,
            (
                0.04 * length * age * math.cos(turn),
                0.04 * length * age * math.sin(turn),
                0.12 * length * (1 - age),
            ),
        )
        blade = replace(
            kind.blade,
            curl=kind.blade.curl * dice.between(0.6, 1.4),
            cup=kind.blade.cup * dice.between(0.5, 1.2),
        )
        lean = 0.06 + kind.spread * age**0.85 + float(dice.rng.normal(0, 0.06))
        colour, tip = varied(dice, kind.colours[0], 0.08), kind.colours[1]
        points = fleshy_leaf(
            leaves, foot, long, blade, (colour, tip), turn=turn, lean=lean, paint=paint
        )
        if kind.teeth:
            _teeth(thorns, dice, points, kind, turn, long)


def _teeth(thorns: Mesh, dice: Dice, points: Array, kind: Tuft, turn: float, length: float) -> None:
    """Teeth along both margins of a leaf, leaning towards its tip."""
    rows, columns, _ = points.shape
    along, size = unit(points[-1, 0] - points[0, 0]), length * kind.blade.width
    for column, side in ((0, 1), (columns // 2, -1)):
        where = np.linspace(0.05 * rows, 0.93 * (rows - 1), kind.teeth)
        margin = np.stack(
            [np.interp(where, np.arange(rows), points[:, column, axis]) for axis in range(3)], 1
        )
        outwards = (
            side * np.array([-math.sin(turn), math.cos(turn), 0])
            + dice.normal(0.15, kind.teeth, 3)
            + 0.3 * along
        )
        colours = shades(dice, kind.colours[1] if kind.tooth is None else kind.tooth, kind.teeth)
        spikes(
            thorns, dice, margin, outwards, size * dice.between(0.14, 0.24), 0.05 * size, colours
        )


def stiff_skin(dice: Dice, size: float) -> Skin:
    """The skin of a plant of this size, in metres."""
    return Skin(
        size,
        roughness=dice.between(0.35, 0.65),
        translucency=0.12,
        bumps=0.1,
        mottling=dice.between(0.05, 0.25),
        gloss=dice.between(0.2, 0.5),
    )


def spots(dice: Dice, size: float, colour: RGB = (206, 220, 186)) -> Paint:
    """Pale spots on both sides."""
    field, offset = dice.field(8, 1), dice.uniform(0, 9, 3)

    def paint(colours: Array, along: Array, across: Array, up: Array) -> Array:
        value = field(np.stack([along * 26 / size, across * 9 / size, up * 4], -1) + offset)
        return mixed(colours, linear(colour), smooth(0.45, 0.65, value) * 0.8)

    return paint
