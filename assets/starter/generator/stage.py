"""Things on the ground, the light on them, and the camera. x goes right, y away, z up."""

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from assets.starter.generator.dice import Array
from assets.starter.generator.materials import Material
from assets.starter.generator.mesh import Mesh, turned


class Part(NamedTuple):
    """A mesh and what it is made of."""

    mesh: Mesh
    material: Material
    flat: bool = False  # Faces with edges between them, as of boxes

    def moved(self, turn: ArrayLike | None = None, to: ArrayLike = (0, 0, 0)) -> "Part":
        """The same elsewhere: turned by a matrix (3, 3), then moved by a vector."""
        mesh = Mesh()
        mesh.merge(self.mesh, turn, to)
        return self._replace(mesh=mesh)


Parts = list[Part]


class Bounds(NamedTuple):
    """How large a thing is, its outermost half per cent of points left out; metres."""

    low: Array  # (3,)
    high: Array  # (3,)
    foot: float  # How far it reaches from the z axis where it meets the ground

    @property
    def height(self) -> float:
        """From the ground to the top."""
        return float(self.high[2] - min(0, self.low[2]))

    @property
    def width(self) -> float:
        """The longer side of its footprint."""
        return float(max(self.high[:2] - self.low[:2]))


def bounds(parts: Sequence[Part]) -> Bounds:
    """Measure a thing."""
    points = np.concatenate([part.mesh.points for part in parts])
    low, high = np.percentile(points, (0.5, 99.5), axis=0)
    near_ground = points[points[:, 2] < 0.12 * (high[2] - min(0, low[2])) + 0.002]
    foot = (
        np.percentile(np.hypot(*near_ground[:, :2].T), 90)
        if len(near_ground)
        else 0.2 * max(high[:2] - low[:2])
    )
    return Bounds(low, high, float(foot))


@dataclass(frozen=True)
class Thing:
    """Parts, and where they stand. Things that share their parts share their memory too."""

    parts: Parts
    at: tuple[float, float, float] = (0, 0, 0)
    _: KW_ONLY
    turn: float = 0.0  # About z, in radians
    scale: float = 1.0
    tilt: float = 0.0  # About x, before the turn

    @property
    def points(self) -> Array:
        """All its points, where they stand (n, 3)."""
        points = np.concatenate([part.mesh.points for part in self.parts])
        return np.asarray(points * self.scale @ turned(self.turn, self.tilt).T + self.at)


@dataclass(frozen=True)
class Sun:
    """Light from far away.

    `towards` is where it shines, `angle` how large it looks in radians: larger is softer.
    """

    towards: Array
    strength: float  # W/m2
    colour: Array
    angle: float = 0.01


@dataclass(frozen=True)
class Lamp:
    """A window, softbox or flash: a rectangle that shines at a point.

    A size of 0 is a bare bulb.
    """

    at: Array
    towards: Array
    _: KW_ONLY
    power: float  # W
    colour: Array
    width: float = 0.0
    height: float = 0.0


@dataclass(frozen=True)
class Sky:
    """A sky outdoors; `sun` points from the ground to the sun."""

    sun: Array
    altitude: float = 0.0  # Of the place, in metres
    air: float = 1.0
    dust: float = 1.0
    cover: tuple[float, float, float, float] | None = (
        None  # Of clouds: threshold, softness, opacity, scale
    )
    clouds_at: tuple[float, float, float] = (0, 0, 0)


@dataclass(frozen=True)
class Overcast:
    """A sky without a sun, between two greys."""

    dark: Array
    bright: Array
    scale: float = 2.0


@dataclass(frozen=True)
class Room:
    """The same faint light from everywhere, as indoors."""

    colour: Array
    strength: float


SENSOR = 32.0  # mm, the long side of the camera's


@dataclass(frozen=True)
class Camera:
    """Where the photo is taken from, and how."""

    at: Array
    towards: Array
    focal_length: float  # mm
    focus: float  # How far away it is sharp, in metres
    f_number: float
    roll: float = 0.0  # In radians: held askew
    pixels: tuple[int, int] = (320, 320)


@dataclass
class Stage:
    """Everything in a photo."""

    subject: list[Thing] = field(
        default_factory=list
    )  # What the photo is of: the exposure is measured on it
    around: list[Thing] = field(default_factory=list)
    lights: list[Sun | Lamp] = field(default_factory=list)
    sky: Sky | Overcast | Room | None = None
    camera: Camera | None = None

    def add(self, mesh: Mesh, material: Material, *, flat: bool = False) -> None:
        """Put one more surface where its points say."""
        if len(mesh):
            self.around.append(Thing([Part(mesh, material, flat=flat)]))
