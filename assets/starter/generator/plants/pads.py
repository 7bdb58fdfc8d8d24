"""The pads of prickly pears: each grows from another, and bears areoles, flowers and fruits."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from assets.starter.generator.colour import RGB, linear, shade, varied
from assets.starter.generator.dice import Array, Dice, mixed, smooth, unit
from assets.starter.generator.plants.stem import FLOWERS, Cactus
from assets.starter.generator.shapes import grid, tube

FRUITS: tuple[RGB, ...] = ((150, 30, 60), (190, 60, 50), (220, 170, 60), (120, 140, 60))
Surface = Callable[
    [Array, Array], Array
]  # Height on the pad, 0 to 1, and the angle around it, to points (..., 3)


@dataclass(frozen=True, kw_only=True)
class Pads:
    """What all pads of a plant have in common."""

    wide: float  # Width beside length
    spacing: float  # Of areoles, beside the length of a pad
    rimmed: Array | None  # A coloured rim
    branches: int  # The most new pads on an old one
    fruit: Array | None
    flower: Array | None
    floppiness: float = 0.0  # How much the pads hang outwards


def rolled(dice: Dice, spacing: float, branches: int) -> Pads:
    """Pads as they come, with fruit or flowers or neither."""
    return Pads(
        wide=dice.between(0.6, 0.95),
        spacing=spacing,
        rimmed=linear((150, 60, 90)) if dice.chance(0.2) else None,
        branches=branches,
        fruit=shade(dice, *FRUITS) if dice.chance(0.5) else None,
        flower=shade(dice, *FLOWERS[:2], FLOWERS[6]) if dice.chance(0.3) else None,
        floppiness=dice.between(0.1, 0.6),
    )


def pad(
    cactus: Cactus, kind: Pads, foot: Array, up: Array, face: Array, length: float, depth: int
) -> None:
    """Add a pad, and on it `depth` more generations of pads.

    `up` is where it grows, `face` where its flat side looks.
    """
    dice = cactus.dice
    up = unit(up)
    face = unit(face - up * np.dot(face, up))
    side = np.cross(up, face)
    height = np.linspace(0, 1, 24)
    oblong = dice.between(0.75, 1.05)
    half_width = (
        length * kind.wide / 2 * np.sin(np.pi * np.clip(height, 0.012, 0.993) ** oblong) ** 0.62
    )
    half_thick = (
        length
        * dice.between(0.055, 0.085)
        * np.sin(np.pi * np.clip(height, 0.01, 0.99)) ** 0.45
        * (1.25 - 0.4 * height)
    )
    bend, wave = dice.between(-0.15, 0.15), dice.field(3, 6 / length)

    def surface(t: Array, around: Array) -> Array:
        across = (
            np.interp(t, height, half_width)
            * np.sign(np.cos(around))
            * np.abs(np.cos(around)) ** 0.8
        )
        out = np.interp(t, height, half_thick) * np.sin(around) + bend * length * (t - 0.3) ** 2
        bowl = 0.06 * length * math.copysign(1, bend) * (across / (length * kind.wide / 2)) ** 2
        points = (
            foot
            + side * across[..., None]
            + face * (out + bowl)[..., None]
            + up * (t * length)[..., None]
        )
        return np.asarray(points + (wave(points) * length * 0.012)[..., None] * face)

    t, around = np.meshgrid(height, np.linspace(0, 2 * math.pi, 28, endpoint=False), indexing="ij")
    colours = np.ones((24, 28, 3)) * varied(dice, cactus.colour, 0.1) * (1 if depth else 1.15)
    if kind.rimmed is not None:
        colours = mixed(
            colours, kind.rimmed, smooth(0.75, 1, np.abs(np.cos(around)) * 0.9 + 0.1 * t) * 0.7
        )
    colours = mixed(colours, linear((120, 104, 76)), smooth(0.2, 0, t) * (0.15 + 0.1 * depth))
    cactus.body.add(surface(t, around), grid(24, 28), colours.reshape(-1, 3))
    _arm_pad(cactus, kind, surface, half_width, length, (up, face, side))
    rim = np.array(
        [dice.between(-1.15, 1.15) for _ in range(dice.whole(1, kind.branches) if depth else 0)]
    )
    for number, turn in enumerate(rim):
        if number and abs(rim[:number] - turn).min() < 0.5:
            continue
        level = np.array(0.5 + 0.5 * math.cos(turn) * 0.93)
        at = surface(level, np.array(0.0 if turn > 0 else math.pi))
        outwards = (
            up * math.cos(0.8 * turn)
            + side * math.sin(0.8 * turn)
            + face * dice.between(-0.35, 0.35)
        )
        spin = dice.between(-0.9, 0.9)
        look, lift = (
            face * math.cos(spin) + side * math.sin(spin),
            np.array([0, 0, 0.5 - kind.floppiness]),
        )
        pad(
            cactus,
            kind,
            at - unit(outwards) * 0.02 * length,
            outwards + lift,
            look,
            length * dice.between(0.7, 1.02),
            depth - 1,
        )
    if depth == 0 or dice.chance(0.15):
        _bear(cactus, kind, surface, length, (up, side))


def _arm_pad(
    cactus: Cactus,
    kind: Pads,
    surface: Surface,
    half_width: Array,
    length: float,
    axes: tuple[Array, Array, Array],
) -> None:
    """Areoles in a lattice on both sides of a pad and along its rim."""
    up, face, side = axes
    points, outwards = [], []
    for sign in (1, -1):
        for row, level in enumerate(np.arange(0.08, 0.97, 0.9 * kind.spacing)):
            half = np.interp(level, np.linspace(0, 1, 24), half_width)
            across = np.arange(
                -half + (kind.spacing * length / 2 if row % 2 else 0), half, kind.spacing * length
            )
            share = np.clip(across / max(half, 1e-6), -0.999, 0.999)
            around = np.arccos(np.sign(share) * np.abs(share) ** 1.25) * sign
            points.append(surface(np.full(len(across), level), around))
            outwards.append(face * sign + np.outer(share * 0.6, side) + up * (level - 0.5) * 0.3)
    turn = np.linspace(-1.2, 1.2, max(2, int(kind.wide * 2.2 / kind.spacing)))
    points.append(surface(0.5 + 0.485 * np.cos(turn), np.where(turn > 0, 0.0, math.pi)))
    outwards.append(np.outer(np.sin(turn), side) + np.outer(np.cos(turn), up))
    out = unit(np.concatenate(outwards))
    cactus.arm(
        np.concatenate(points) + out * 0.004 * length,
        out,
        unit(np.cross(out, side + 0.01)),
        kind.spacing * length,
    )


def _bear(
    cactus: Cactus, kind: Pads, surface: Surface, length: float, axes: tuple[Array, Array]
) -> None:
    """Fruits and flowers on the upper rim of a pad."""
    if kind.fruit is None and kind.flower is None:
        return
    dice, (up, side) = cactus.dice, axes
    for _ in range(dice.whole(0, 5)):
        turn, t = dice.between(-0.8, 0.8), np.linspace(0, 1, 9)
        at = surface(np.array(0.5 + 0.485 * math.cos(turn)), np.array(0.0 if turn > 0 else math.pi))
        out = unit(up * math.cos(turn) + side * math.sin(turn))
        round_ = length * 0.075 * np.sin(np.pi * np.clip(t * 0.82 + 0.1, 0, 1)) ** 0.6
        tube(
            cactus.body,
            at + np.outer(t * length * 0.26, out),
            round_,
            cactus.colour if kind.fruit is None else varied(dice, kind.fruit),
            sides=10,
        )
        if kind.flower is not None:
            cactus.flower(at + out * length * 0.22, out, length * 0.26, kind.flower)
