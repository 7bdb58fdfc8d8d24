"""Fleshy leaves, and the rosettes they stand in."""

import math
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from assets.starter.generator.colour import RGB, varied
from assets.starter.generator.dice import Array, Dice, mixed, smooth
from assets.starter.generator.mesh import Mesh, turned
from assets.starter.generator.shapes import GOLDEN_ANGLE, grid

SUCCULENT_GREENS: tuple[RGB, ...] = (
    (120, 150, 120),
    (140, 165, 150),
    (96, 130, 84),
    (110, 140, 70),
    (150, 170, 165),
    (130, 120, 140),
    (84, 118, 74),
    (150, 150, 110),
    (108, 140, 128),
)
TIPS: tuple[RGB, ...] = (
    (190, 80, 90),
    (170, 60, 60),
    (200, 120, 130),
    (150, 90, 120),
    (120, 60, 60),
)

Paint = Callable[
    [Array, Array, Array, Array], Array
]  # Colours (..., 3), along, across and up, each -1 to 1, to colours


@dataclass(frozen=True, kw_only=True)
class Blade:
    """The shape of a leaf. Lengths are shares of the leaf's length, angles in radians."""

    width: float = 0.3  # Half of it, as `thickness`
    thickness: float = 0.1
    swell: float = 1.0  # How slowly it widens from the foot,
    taper: float = 0.35  # and narrows to the tip: the widest point is at swell / (swell + taper)
    curl: float = -0.3  # How far it bends from foot to tip; negative: inwards
    cup: float = 0.1
    point: float = 0.5  # 0: a round tip, 1: a sharp one
    flatness: float = 0.45  # Of the upper side: 1 is as round as the lower
    edge: float = 0.6  # How much of the tip's colour the margin has
    tip: float = 0.25  # How far down the tip's colour reaches
    twist: float = 0.0
    points: tuple[int, int] = (18, 18)  # Along and around


def fleshy_leaf(
    mesh: Mesh,
    foot: ArrayLike,
    length: float,
    blade: Blade,
    colours: tuple[ArrayLike, ArrayLike],
    *,
    turn: float,
    lean: float,
    paint: Paint | None = None,
) -> Array:
    """Add one leaf, in the colours of blade and tip; its points (n, m, 3).

    `turn` is where it points on the ground, `lean` its angle from upright.
    """
    colour, tip = colours
    rows, columns = blade.points
    t = np.linspace(0, 1, rows) ** 0.85
    half_width = _outline(blade, t) * blade.width * length
    around = np.linspace(0, 2 * math.pi, columns, endpoint=False)
    across, up = np.cos(around), np.sin(around)
    thick = (
        blade.thickness
        * length
        * (0.35 + 0.65 * np.minimum(1, t / 0.15))
        * np.minimum(1, ((1 - t) / 0.35) ** 0.5 + 0.02)
    )
    sideways = across * half_width[:, None]
    height = (
        np.where(up > 0, up * blade.flatness, up) * thick[:, None]
        + blade.cup * across**2 * half_width[:, None]
    )
    height = height + blade.twist * sideways * t[:, None]
    angle, step = lean + blade.curl * t**1.3, np.diff(t, prepend=0) * length
    outwards = np.cumsum(np.sin(angle) * step)[:, None] - np.cos(angle)[:, None] * height
    upwards = np.cumsum(np.cos(angle) * step)[:, None] + np.sin(angle)[:, None] * height
    cos, sin = math.cos(turn), math.sin(turn)
    points = np.stack(
        [outwards * cos - sideways * sin, outwards * sin + sideways * cos, upwards], -1
    ) + np.asarray(foot, float)
    tinted = np.clip(np.abs(across) ** 5 * blade.edge + smooth(1 - blade.tip, 1, t)[:, None], 0, 1)
    base = np.asarray(colour) * (0.8 + 0.3 * t)[:, None, None] * np.ones((1, columns, 1))
    painted = mixed(base, tip, tinted)
    if paint:
        one = np.ones((rows, columns))
        painted = paint(painted, t[:, None] * one, across * one, up * one)
    mesh.add(points, grid(rows, columns), painted.reshape(-1, 3))
    return np.asarray(points)


def _outline(blade: Blade, t: Array) -> Array:
    """Half the width along the leaf, 1 where it is widest."""
    widest = blade.swell / (blade.swell + blade.taper)
    width = (t / widest) ** blade.swell * ((1 - t) / (1 - widest)) ** blade.taper
    width = np.maximum(width, np.where(t < 0.3, 0.3 * (1 - t / 0.3) * min(1, blade.swell), 0))
    width = np.where(t > 0.93, width * (1 - blade.point * 0.55 * smooth(0.93, 0.97, t)), width)
    width = np.maximum(width, blade.point * 0.1 * (1 - t))
    width[-1] = 0.004
    return np.asarray(width)


@dataclass(frozen=True)
class Habit:
    """How the leaves of a rosette stand."""

    blade: Blade
    leaves: int
    _: KW_ONLY
    innermost: float = 0.22  # Length of the youngest leaf beside the oldest
    upright: float = 0.1  # Lean of the youngest,
    spread: float = 1.35  # and how much more the oldest leans
    opening: float = 0.75  # Below 1 it opens early
    dome: float = 0.2  # How much higher the youngest stand than the oldest, in radii


def rosette(
    mesh: Mesh,
    dice: Dice,
    at: ArrayLike,
    radius: float,
    habit: Habit,
    *,
    colours: tuple[Array, Array],
    heart: Array | None = None,
    tilt: tuple[float, float] = (0, 0),
    paint: Paint | None = None,
) -> None:
    """Add a rosette: leaves in the golden angle, the youngest in the middle.

    `colours` of leaf and tip, `heart` of the middle.
    """
    colour, tip = colours
    flat, start = Mesh(), dice.angle()
    for leaf in range(habit.leaves):
        age = (leaf + 0.5) / habit.leaves
        turn = start + leaf * GOLDEN_ANGLE + float(dice.rng.normal(0, 0.04))
        length = (
            radius * (habit.innermost + (1 - habit.innermost) * age**0.6) * dice.between(0.93, 1.06)
        )
        lean = habit.upright + habit.spread * age**habit.opening + float(dice.rng.normal(0, 0.04))
        shade = varied(dice, mixed(colour * 1.12, colour, age), 0.07)
        if heart is not None:
            shade = mixed(heart, shade, smooth(0, 0.5, age))
        foot = (
            np.array([math.cos(turn) * 0.1 * age, math.sin(turn) * 0.1 * age, -age * habit.dome])
            * radius
        )
        blade = replace(habit.blade, curl=habit.blade.curl * dice.between(0.7, 1.3))
        fleshy_leaf(
            flat,
            foot,
            length,
            blade,
            (shade, varied(dice, tip, 0.1)),
            turn=turn,
            lean=lean,
            paint=paint,
        )
    mesh.merge(flat, turned(0, *tilt), at)
