"""Meshes of coloured points: what every plant, pot and stone is made of."""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assets.starter.generator.dice import Array

Faces = NDArray[np.int32]


@dataclass
class Mesh:
    """A growing surface: points (n, 3) in metres, faces of three or four, a colour (n, 3) each."""

    _points: list[Array] = field(default_factory=list)
    _colours: list[Array] = field(default_factory=list)
    _triangles: list[Faces] = field(default_factory=list)
    _quads: list[Faces] = field(default_factory=list)
    _count: int = 0

    def add(self, points: ArrayLike, faces: ArrayLike, colours: ArrayLike) -> None:
        """Add points (n, 3), faces (m, 3) or (m, 4) that number them, and one colour or n."""
        points, faces = np.asarray(points, float).reshape(-1, 3), np.asarray(faces, np.int32)
        if not len(points):
            return
        colours = np.broadcast_to(np.asarray(colours, float).reshape(-1, 3), points.shape)
        self._points.append(points)
        self._colours.append(colours)
        corners = faces.shape[-1]
        (self._quads if corners == 4 else self._triangles).append(
            faces.reshape(-1, corners) + self._count
        )
        self._count += len(points)

    def merge(
        self, other: "Mesh", turn: ArrayLike | None = None, to: ArrayLike = (0, 0, 0)
    ) -> None:
        """Add another mesh, turned by a matrix (3, 3) and moved by a vector."""
        if not len(other):
            return
        points = other.points if turn is None else other.points @ np.asarray(turn).T
        self._points.append(points + np.asarray(to, float))
        self._colours.append(other.colours)
        # Private fields of another mesh.
        self._triangles += [faces + self._count for faces in other._triangles]  # noqa: SLF001
        self._quads += [faces + self._count for faces in other._quads]  # noqa: SLF001
        self._count += len(other)

    def __len__(self) -> int:
        """How many points it has."""
        return self._count

    @property
    def points(self) -> Array:
        """All points (n, 3), in metres."""
        return np.concatenate(self._points) if self._points else np.zeros((0, 3))

    @property
    def colours(self) -> Array:
        """The linear colour of each point (n, 3)."""
        return np.clip(np.concatenate(self._colours), 0, 1) if self._colours else np.zeros((0, 3))

    @property
    def triangles(self) -> Faces:
        """Faces of three points (m, 3)."""
        return np.concatenate(self._triangles) if self._triangles else np.zeros((0, 3), np.int32)

    @property
    def quads(self) -> Faces:
        """Faces of four points (m, 4)."""
        return np.concatenate(self._quads) if self._quads else np.zeros((0, 4), np.int32)


def turned(about_z: float = 0.0, about_x: float = 0.0, about_y: float = 0.0) -> Array:
    """A matrix (3, 3) that turns by these angles in radians, about x first, then y, then z."""
    cx, sx, cy, sy, cz, sz = (
        f(a) for a in (about_x, about_y, about_z) for f in (math.cos, math.sin)
    )
    x = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    z = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    return np.asarray(z @ y @ x)
