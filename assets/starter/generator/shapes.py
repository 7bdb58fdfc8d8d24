"""Shapes that plants, pots and places are built from.

Each adds itself to a mesh; lengths in metres, angles in radians.
"""

import functools
import math

import numpy as np
from numpy.typing import ArrayLike

from assets.starter.generator.dice import Array, Dice, unit
from assets.starter.generator.mesh import Faces, Mesh, turned

GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))  # Between one leaf and the next on most plants


def frames(path: ArrayLike) -> tuple[Array, Array, Array]:
    """The direction of a path (n, 3), and two across it that never twist (parallel transport)."""
    along = unit(np.gradient(np.asarray(path, float), axis=0))
    start = np.cross(along[0], (0, 1, 0) if abs(along[0, 1]) < 0.9 else (1, 0, 0))
    across = [unit(start)]
    for direction in along[1:]:
        across.append(unit(across[-1] - direction * np.dot(across[-1], direction)))
    first = np.array(across)
    return along, first, np.cross(along, first)


def lengths(path: ArrayLike) -> Array:
    """How far along a path (n, k) each of its points lies (n,)."""
    return np.concatenate(
        [[0], np.cumsum(np.linalg.norm(np.diff(np.asarray(path, float), axis=0), axis=1))]
    )


def grid(rows: int, columns: int, closed: bool = True) -> Faces:
    """Quads between points in rows; `closed` joins the last column to the first."""
    i, j = np.meshgrid(
        np.arange(rows - 1), np.arange(columns if closed else columns - 1), indexing="ij"
    )
    k = (j + 1) % columns
    quads: Faces = np.stack(
        [i * columns + j, i * columns + k, (i + 1) * columns + k, (i + 1) * columns + j], -1
    )
    return quads.reshape(-1, 4).astype(np.int32)


def tube(
    mesh: Mesh, path: ArrayLike, radius: ArrayLike, colour: ArrayLike, *, sides: int = 8
) -> None:
    """A round tube along a path (n, 3), with one radius and colour, or one for each point."""
    path, colour = np.asarray(path, float), np.asarray(colour, float)
    _, first, second = frames(path)
    turn = np.linspace(0, 2 * math.pi, sides, endpoint=False)[None, :, None]
    ring = np.cos(turn) * first[:, None] + np.sin(turn) * second[:, None]
    points = path[:, None] + np.broadcast_to(radius, len(path))[:, None, None] * ring
    mesh.add(
        points, grid(len(path), sides), np.repeat(colour, sides, 0) if colour.ndim == 2 else colour
    )


def lathe(
    mesh: Mesh,
    profile: ArrayLike,
    colour: ArrayLike,
    *,
    sides: int = 48,
    at: ArrayLike = (0, 0, 0),
    squareness: float = 0,
) -> None:
    """A profile of (radius, height) turned about the z axis: pots, plates.

    `squareness` of 5 makes a rounded square.
    """
    profile = np.asarray(profile, float)
    turn = np.linspace(0, 2 * math.pi, sides, endpoint=False)
    cos, sin = np.cos(turn), np.sin(turn)
    reach = (
        (np.abs(cos) ** squareness + np.abs(sin) ** squareness) ** (-1 / squareness)
        if squareness
        else 1.0
    )
    points = np.stack(
        [
            profile[:, :1] * cos * reach,
            profile[:, :1] * sin * reach,
            np.repeat(profile[:, 1:], sides, 1),
        ],
        -1,
    )
    colour = np.asarray(colour, float)
    mesh.add(
        points.reshape(-1, 3) + at,
        grid(len(profile), sides),
        np.repeat(colour, sides, 0) if colour.ndim == 2 else colour,
    )


def box(mesh: Mesh, centre: ArrayLike, size: ArrayLike, colour: ArrayLike, turn: float = 0) -> None:
    """A box, turned about the z axis. Its sides share no points, so that they look flat."""
    corners = (
        np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
        * np.asarray(size, float)
        / 2
    )
    corners = corners @ turned(turn).T + centre
    for side in (
        [0, 1, 3, 2],
        [4, 6, 7, 5],
        [0, 4, 5, 1],
        [2, 3, 7, 6],
        [0, 2, 6, 4],
        [1, 5, 7, 3],
    ):
        mesh.add(corners[side], [[0, 1, 2, 3]], colour)


@functools.cache
def sphere(detail: int) -> tuple[Array, Faces]:
    """A unit sphere of 20, 80, 320 or 1,280 triangles: points and faces."""
    p = (1 + math.sqrt(5)) / 2
    points = [
        unit(v) for v in ((-1, p, 0), (1, p, 0), (-1, -p, 0), (1, -p, 0), (0, -1, p), (0, 1, p))
    ]
    points += [
        unit(v) for v in ((0, -1, -p), (0, 1, -p), (p, 0, -1), (p, 0, 1), (-p, 0, -1), (-p, 0, 1))
    ]
    faces = [
        (0, 11, 5),
        (0, 5, 1),
        (0, 1, 7),
        (0, 7, 10),
        (0, 10, 11),
        (1, 5, 9),
        (5, 11, 4),
        (11, 10, 2),
        (10, 7, 6),
        (7, 1, 8),
    ]
    faces += [
        (3, 9, 4),
        (3, 4, 2),
        (3, 2, 6),
        (3, 6, 8),
        (3, 8, 9),
        (4, 9, 5),
        (2, 4, 11),
        (6, 2, 10),
        (8, 6, 7),
        (9, 8, 1),
    ]
    for _ in range(detail):
        halves: dict[tuple[int, int], int] = {}
        finer = []
        for a, b, c in faces:
            for one, other in ((a, b), (b, c), (c, a)):
                if (min(one, other), max(one, other)) not in halves:
                    halves[min(one, other), max(one, other)] = len(points)
                    points.append(unit(points[one] + points[other]))
            ab, bc, ca = (halves[min(edge), max(edge)] for edge in ((a, b), (b, c), (c, a)))
            finer += [(a, ab, ca), (b, bc, ab), (c, ca, bc), (ab, bc, ca)]
        faces = finer
    return np.array(points), np.array(faces, np.int32)


def blobs(
    mesh: Mesh,
    centres: ArrayLike,
    radius: ArrayLike,
    colour: ArrayLike,
    *,
    detail: int = 0,
    squash: ArrayLike = (1, 1, 1),
) -> None:
    """Many small spheres: areoles, fruit, beads.

    A radius and a colour for all or for each; `squash` scales x, y and z.
    """
    centres = np.asarray(centres, float).reshape(-1, 3)
    points, faces = sphere(detail)
    count = len(centres)
    placed = (
        points * np.asarray(squash, float) * np.broadcast_to(radius, count)[:, None, None]
        + centres[:, None]
    )
    many = faces + (np.arange(count) * len(points))[:, None, None]
    mesh.add(
        placed, many.reshape(-1, 3), np.repeat(np.broadcast_to(colour, (count, 3)), len(points), 0)
    )


def stones(
    mesh: Mesh,
    dice: Dice,
    centres: ArrayLike,
    radius: ArrayLike,
    colour: ArrayLike,
    roughness: float = 0.35,
) -> None:
    """Many small lumps, no two alike, lying flat."""
    centres = np.asarray(centres, float).reshape(-1, 3)
    count = len(centres)
    points, faces = sphere(1 if count > 150 else 2)
    waves, phases = dice.normal(1.6, count, 4, 3), dice.uniform(0, 6.28, count, 4)
    bumps = 1 + roughness * np.sin(np.einsum("vj,nkj->nvk", points, waves) + phases[:, None]).mean(
        -1
    )
    lumps = (
        points * (1, 0.8, 0.65) * bumps[..., None] * np.broadcast_to(radius, count)[:, None, None]
    )
    turn = dice.uniform(0, 2 * math.pi, count)[:, None]
    cos, sin, x, y = np.cos(turn), np.sin(turn), lumps[..., 0], lumps[..., 1]
    lumps = np.stack([x * cos - y * sin, x * sin + y * cos, lumps[..., 2]], -1) + centres[:, None]
    many = faces + (np.arange(count) * len(points))[:, None, None]
    mesh.add(
        lumps, many.reshape(-1, 3), np.repeat(np.broadcast_to(colour, (count, 3)), len(points), 0)
    )


def spikes(
    mesh: Mesh,
    dice: Dice,
    feet: ArrayLike,
    directions: ArrayLike,
    length: ArrayLike,
    width: ArrayLike,
    colour: ArrayLike,
) -> None:
    """Many thin three-sided pyramids: spines, thorns, twigs.

    Feet and directions (n, 3); the rest for all or for each.
    """
    feet = np.asarray(feet, float).reshape(-1, 3)
    count = len(feet)
    along = unit(directions)
    first = unit(np.cross(along, dice.normal(1, count, 3)))
    second = np.cross(along, first)
    width, length = np.broadcast_to(width, count)[:, None], np.broadcast_to(length, count)[:, None]
    foot = [
        feet + width * (math.cos(turn) * first + math.sin(turn) * second)
        for turn in (0, 2.094, 4.189)
    ]
    points = np.stack([*foot, feet + along * length], 1)
    faces = np.array([[0, 1, 3], [1, 2, 3], [2, 0, 3]]) + (np.arange(count) * 4)[:, None, None]
    mesh.add(points, faces.reshape(-1, 3), np.repeat(np.broadcast_to(colour, (count, 3)), 4, 0))


def thin_leaves(
    mesh: Mesh,
    feet: ArrayLike,
    directions: ArrayLike,
    faces_to: ArrayLike,
    length: ArrayLike,
    width: ArrayLike,
    colour: ArrayLike,
    *,
    fold: float = 0.25,
    droop: float = 0.15,
) -> None:
    """Many thin leaves, petals or blades of grass of six points.

    Folded along the midrib, drooping to the tip.

    Feet, directions and roughly where the upper side looks: (n, 3); length, width and colour for
    all or for each.
    """
    feet = np.asarray(feet, float).reshape(-1, 3)
    count = len(feet)
    along = unit(np.broadcast_to(directions, feet.shape))
    side = unit(np.cross(along, np.asarray(faces_to, float)))
    up = np.cross(side, along)[:, None]
    length, width = (
        np.broadcast_to(length, count)[:, None, None],
        np.broadcast_to(width, count)[:, None, None],
    )
    t, across, height = np.array(
        [
            (0, 0, 0),
            (0.35, -0.5, 1),
            (0.75, -0.36, 0.8),
            (1, 0, 0),
            (0.75, 0.36, 0.8),
            (0.35, 0.5, 1),
        ]
    ).T[..., None]
    points = feet[:, None] + along[:, None] * t * length + side[:, None] * across * width
    points = points + up * (height * width * fold - t**2 * length * droop)
    faces = np.array([[0, 1, 2, 3], [0, 3, 4, 5]]) + (np.arange(count) * 6)[:, None, None]
    mesh.add(points, faces.reshape(-1, 4), np.repeat(np.broadcast_to(colour, (count, 3)), 6, 0))
