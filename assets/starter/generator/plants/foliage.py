"""Crowns: the space they fill, and the leaves, blossoms and fruits in it."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assets.starter.generator.colour import RGB, shades
from assets.starter.generator.dice import Array, Dice, unit
from assets.starter.generator.mesh import Mesh
from assets.starter.generator.shapes import blobs, thin_leaves

LEAF_GREENS: tuple[RGB, ...] = (
    (86, 124, 48),
    (108, 138, 56),
    (76, 110, 48),
    (126, 150, 70),
    (100, 126, 74),
    (136, 156, 84),
    (68, 100, 52),
)
AUTUMN: tuple[RGB, ...] = (
    (206, 140, 40),
    (190, 80, 36),
    (214, 176, 60),
    (160, 50, 36),
    (176, 120, 50),
)


def crown_space(dice: Dice, shape: str, count: int, low: float, high: float, width: float) -> Array:
    """Points (about count, 3) in a crown between two heights.

    `round`, `egg`, `vase`, `spread`, `column` or `weeping`.
    """
    middle, half = (low + high) / 2, (high - low) / 2
    space = dice.directions(7 * count) * dice.uniform(0.1, 1, 7 * count, 1) ** (1 / 2.2)
    match shape:
        case "spread":
            space[:, 2] = (
                np.abs(space[:, 2]) * 0.75 - 0.15 + 0.3 * (space[:, 0] ** 2 + space[:, 1] ** 2)
            )
        case "egg":
            space[:, :2] *= 1.15 - 0.45 * (space[:, 2:] + 1) / 2
        case "vase":
            space[:, :2] *= 0.45 + 0.6 * (space[:, 2:] + 1) / 2
        case "column":
            space[:, :2] *= np.sqrt(np.clip(1.1 - np.abs(space[:, 2:]), 0.1, 1))
    if shape in ("round", "egg", "vase") and dice.chance(0.75):  # A few overlapping lumps
        lumps = dice.whole(6, 14)
        centres, radii = (
            dice.directions(lumps) * dice.uniform(0.35, 0.75, lumps, 1),
            dice.uniform(0.4, 0.65, lumps),
        )
        inside = (np.linalg.norm(space[:, None] - centres, axis=2) < radii).any(1)
        space = space[inside | (np.linalg.norm(space, axis=1) < 0.35)]
    space = space[dice.field(4, 2.4)(space) > dice.between(-1.3, -0.55)][:count]  # With holes
    return np.asarray(space * (width / 2, width / 2, half) + (0, 0, middle))


def leaf_cloud(
    mesh: Mesh,
    dice: Dice,
    nodes: Array,
    which: NDArray[np.int_],
    colour: Array,
    *,
    count: int,
    spread: float,
    length: float,
    slim: float = 0.6,
    droop: float = 0.25,
    mixed_with: Sequence[Array] = (),
) -> None:
    """Leaves around the nodes that bear them.

    `spread` is how far off in metres, `slim` their width beside their length.
    """
    weights = dice.uniform(0.3, 1, len(which))
    chosen = dice.rng.choice(which, count, p=weights / weights.sum())
    loose = dice.uniform(0.5, 1.5, len(nodes))[chosen][:, None]
    at = nodes[chosen] + dice.directions(count) * spread * dice.uniform(
        0, 1, count, 1
    ) ** 0.6 * loose * (1.15, 1.15, 0.8)
    centre = nodes[which].mean(0)
    outwards, size = unit(at - centre), np.maximum(np.ptp(nodes[which], axis=0) / 2, 1e-6)
    directions = outwards * 0.5 + dice.normal(0.6, count, 3) + (0, 0, -droop)
    upper_sides = outwards * 0.5 + (0, 0, 0.8) + dice.normal(0.5, count, 3)
    depth = np.clip(np.linalg.norm((at - centre) / size, axis=1), 0, 1)[:, None]
    palette = np.stack([colour, *mixed_with])
    of_node = palette[dice.rng.integers(len(palette), size=len(nodes))] * (
        1 + dice.normal(0.1, len(nodes), 1)
    )
    colours = (
        of_node[chosen]
        * (1 + dice.normal(0.14, count, 1))
        * (0.7 + 0.38 * depth)
        * (1 + dice.normal(0.04, count, 3))
    )
    long = length * dice.uniform(0.7, 1.3, count)
    thin_leaves(mesh, at, directions, upper_sides, long, long * slim, np.clip(colours, 0.003, 0.95))


def fruits(
    mesh: Mesh,
    dice: Dice,
    nodes: Array,
    which: NDArray[np.int_],
    colour: Array,
    *,
    count: int,
    radius: float,
    spread: float,
) -> None:
    """Round fruits that hang in the crown."""
    at = nodes[dice.rng.choice(which, count)] + dice.normal(spread, count, 3) - (0, 0, spread / 2)
    blobs(
        mesh,
        at,
        radius * dice.uniform(0.8, 1.15, count),
        shades(dice, colour, count),
        detail=2,
        squash=(1, 1, 0.95),
    )


def curtains(
    mesh: Mesh,
    dice: Dice,
    nodes: Array,
    which: NDArray[np.int_],
    colour: Array,
    *,
    strands: int,
    length: float,
    leaf: float,
) -> None:
    """Strands of narrow leaves that hang down from the crown, as a willow's.

    None reaches the ground.
    """
    t, start = np.linspace(0, 1, 26), nodes[dice.rng.choice(which, strands)]
    long = length * dice.uniform(0.3, 1, strands, 1)
    sway = dice.normal(0.05, strands, 2)[:, None] * t[:, None] * long[..., None]
    at = start[:, None] + np.concatenate([sway, -(long * t)[..., None]], -1)
    at[..., 2] = np.maximum(at[..., 2], 0.3)
    count = strands * len(t)
    directions = np.add(dice.normal(0.4, count, 3), (0, 0, -1))
    thin_leaves(
        mesh,
        at.reshape(-1, 3),
        directions,
        dice.normal(1, count, 3),
        leaf,
        leaf * 0.28,
        shades(dice, colour, count),
    )


def petals(
    mesh: Mesh,
    dice: Dice,
    centres: Array,
    towards: Array,
    radius: float,
    colour: Array,
    *,
    count: int = 5,
) -> None:
    """Open flowers with round petals at points (n, 3) that look towards directions (n, 3)."""
    towards = unit(towards)
    first = unit(np.cross(towards, (0.31, 0.52, 0.79)))
    second = np.cross(towards, first)
    for petal in range(count):
        turn = petal * 2 * math.pi / count + dice.normal(0.08, len(centres), 1)
        directions = first * np.cos(turn) + second * np.sin(turn) + towards * 0.35
        thin_leaves(
            mesh,
            centres,
            directions,
            towards,
            radius,
            radius * 2.6 / count**0.65,
            shades(dice, colour, len(centres), 0.06),
            fold=-0.15,
            droop=0.1,
        )
