"""Where the photographer stands, for each way of taking a plant's picture."""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from assets.starter.generator.dice import Array, Dice, unit
from assets.starter.generator.stage import SENSOR, Bounds, Camera, Stage

SIZES = (
    (1, 1),
    (1, 1),
    (1, 1),
    (1, 0.8),
    (0.8, 1),
    (1, 0.75),
    (0.75, 1),
)  # Squares mostly, as in the starter set before


class Framing(StrEnum):
    """How a plant is photographed."""

    PORTRAIT = "portrait"  # All of it, from about its own height
    ABOVE = "above"  # Looking down on it: rosettes, globes, trays
    CLOSE = "close"  # Part of it fills the frame
    STANDING = "standing"  # From where a person stands: trees and tall cacti
    CROWN = "crown"  # Up into a tree
    TRUNK = "trunk"  # The lower part of a tree, at eye height
    AFAR = "afar"  # Small in a landscape


@dataclass(frozen=True)
class Target:
    """What the picture is to show."""

    bounds: Bounds
    base: float = 0.0  # The height it stands at, as on the soil of a pot


def aim(
    dice: Dice, framing: Framing, target: Target, ground: float = 0.0, pixels: int = 320
) -> Camera:
    """A camera that frames the target.

    `ground` is how high the ground lies where nothing else is known.
    """
    shape = dice.pick(*SIZES)
    size = (int(pixels * shape[0]) // 2 * 2, int(pixels * shape[1]) // 2 * 2)
    outdoors = framing in (Framing.STANDING, Framing.CROWN, Framing.TRUNK, Framing.AFAR)
    focal_length = dice.between(22, 50) if outdoors else dice.between(26, 90)
    at, towards = _position(dice, framing, target, focal_length, min(size) / max(size))
    at[2] = max(at[2], ground + 0.03 * target.bounds.height + 0.012)
    distance = float(np.linalg.norm(towards - at))
    small = max(target.bounds.height, target.bounds.width) < 0.25
    return Camera(
        at=at,
        towards=towards,
        focal_length=focal_length,
        focus=max(
            0.02,
            distance
            - (
                target.bounds.foot
                if framing == Framing.TRUNK
                else target.bounds.width * (0.1 if outdoors else 0.22)
            ),
        ),
        f_number=dice.between(4, 14)
        if outdoors
        else dice.between(5, 16)
        if small
        else dice.between(2.2, 9),
        roll=math.radians(float(dice.normal(2.5))),
        pixels=size,
    )


def _position(  # noqa: C901  # A case for each framing.
    dice: Dice, framing: Framing, target: Target, focal_length: float, proportion: float
) -> tuple[Array, Array]:
    """Where the camera is and at what it looks."""
    height, width, top = (
        target.bounds.height,
        target.bounds.width,
        target.base + target.bounds.height,
    )
    half_angle = math.atan(SENSOR / 2 / focal_length * proportion)

    def away(extent: float, filled: float) -> float:
        """How far off something of this extent fills this share of the frame."""
        return extent / 2 / math.tan(half_angle) / filled + width / 4

    off = dice.uniform(-0.1, 0.1, 3) * (1, 0, 0.7)
    match framing:
        case Framing.PORTRAIT:
            extent, elevation = max(0.95 * width, 0.9 * top), math.radians(dice.between(2, 40))
            towards = np.array([0, 0, top * dice.between(0.45, 0.58)]) + off * extent
            at = towards + away(extent, dice.between(0.62, 1.1)) * _up(elevation)
        case Framing.ABOVE:
            extent, elevation = max(0.95 * width, 0.5 * height), math.radians(dice.between(28, 84))
            towards = np.array([0, 0, target.base + height / 2]) + off * extent
            at = towards + away(extent, dice.between(0.6, 1.15)) * _up(elevation)
        case Framing.CLOSE:
            steepness = (
                dice.between(5, 65) if height < 1 else dice.between(-25, 10)
            )  # What is taller is looked up to.
            extent, elevation = max(0.95 * width, 0.6 * height), math.radians(steepness)
            towards = (
                np.array([0, 0, target.base + height * dice.between(0.5, 0.75)])
                + off * extent * 1.6
            )
            at = towards + away(extent, dice.between(1.25, 1.9)) * _up(elevation)
        case Framing.STANDING:
            extent, eye = (
                max(0.95 * width, height),
                dice.between(0.5, 2.2) if dice.chance(0.9) else dice.between(3, 8),
            )
            eye = min(eye, 1.2 * top + 0.1)
            towards = np.array([0, 0, top * dice.between(0.45, 0.58)]) + off * extent
            distance = away(extent, dice.between(0.75, 1.25))
            level = math.sqrt(max(distance**2 - (towards[2] - eye) ** 2, (0.6 * distance) ** 2))
            at = np.array([0, -level, eye])
        case Framing.CROWN:
            towards = np.array([0, 0, 0.72 * height]) + off * height
            at = np.array(
                [dice.between(-0.1, 0.1) * height, -height * dice.between(0.15, 0.35), 1.5]
            )
        case Framing.TRUNK:
            towards, seen = (
                np.array([0, 0, dice.between(0.9, 1.7)]) + off * 2,
                dice.between(1.5, 3) + 4 * target.bounds.foot,
            )
            at = np.array(
                [dice.between(-0.3, 0.3), -away(seen, 1) + width / 4, dice.between(1.2, 1.8)]
            )
        case Framing.AFAR:
            towards = np.array([0, 0, 0.5 * top]) + off * height * 3
            at = np.array(
                [0, -away(max(width, height), dice.between(0.3, 0.6)), dice.between(1.2, 2.5)]
            )
    return at, towards


def _up(elevation: float) -> Array:
    return np.array([0, -math.cos(elevation), math.sin(elevation)])


def covered(stage: Stage) -> NDArray[np.bool_]:
    """The pixels (height, width) on which the subject's points fall.

    For the light meter, and to see that it is in the frame.
    """
    camera = stage.camera
    if camera is None:
        raise ValueError("A stage without a camera")
    width, height = camera.pixels
    forward = unit(camera.towards - camera.at)
    right = unit(np.cross(forward, (0, 0, 1)))
    up = np.cross(right, forward)
    cos, sin = math.cos(camera.roll), math.sin(camera.roll)
    right, up = right * cos + up * sin, up * cos - right * sin
    seen = np.concatenate([thing.points for thing in stage.subject]) - camera.at
    depth = seen @ forward
    seen, depth = seen[depth > 0.01], depth[depth > 0.01]
    pixels_a_unit = max(width, height) * camera.focal_length / SENSOR
    x = np.floor(width / 2 + pixels_a_unit * (seen @ right) / depth).astype(int)
    y = np.floor(height / 2 - pixels_a_unit * (seen @ up) / depth).astype(int)
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    mask = np.zeros((height, width), bool)
    mask[y[inside], x[inside]] = True
    return mask
