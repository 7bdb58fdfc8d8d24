"""From the light that reached the camera to a JPEG.

Exposure, white balance, film curve, noise, sharpening.
"""

import math
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from assets.starter.generator.colour import encoded
from assets.starter.generator.dice import Array, Dice

LUMINANCE = (0.2126, 0.7152, 0.0722)  # Of linear light (ITU-R BT.709)
MIDDLE_GREY = 0.19


@dataclass(frozen=True)
class Development:
    """How a photo is developed."""

    exposure: float  # In natural logarithms around middle grey
    spot: float  # How much of the metering looks at the subject rather than at the frame
    warmth: float
    tint: float
    vignette: float
    haze: float
    saturation: float
    noise: float
    blur: float  # Radius in pixels; negative: sharpened by as much
    quality: int  # Of the JPEG


def rolled(dice: Dice) -> Development:
    """A phone, a good camera, a cheap one: whatever comes."""
    softness = dice.pick(-1, -1, -1, 0, 1) * dice.between(0.3, 0.9)
    return Development(
        exposure=dice.between(-0.32, 0.38),
        spot=dice.between(0.3, 0.85),
        warmth=float(dice.normal(0.07)),
        tint=float(dice.normal(0.025)),
        vignette=dice.between(0, 0.5),
        haze=dice.between(0.01, 0.1) if dice.chance(0.25) else 0.0,
        saturation=dice.between(0.68, 1.05),
        noise=dice.between(0.15, 1) ** 2,
        blur=softness,
        quality=dice.whole(68, 93),
    )


def develop(
    light: NDArray[np.float32], subject: NDArray[np.bool_], how: Development, dice: Dice
) -> bytes:
    """Light (height, width, 3) as a JPEG.

    `subject` (height, width) is where the plant is: the meter looks there first.
    """
    picture = np.nan_to_num(np.clip(light.astype(float), 0, 1e4))
    height, width, _ = picture.shape
    y, x = np.mgrid[0:height, 0:width]
    off_centre = np.hypot((x - width / 2) / width, (y - height / 2) / height)
    picture *= _gain(picture @ LUMINANCE, off_centre, subject, how)
    picture *= np.array([1 + how.warmth, 1 + how.tint, 1 - how.warmth])
    picture *= 1 - how.vignette * off_centre[..., None] ** 2
    picture += how.haze * picture.mean((0, 1))
    display = encoded(_filmic(picture))
    grey = (display @ (0.299, 0.587, 0.114))[..., None]
    display = grey + (display - grey) * how.saturation
    display += dice.normal(0.016 * how.noise, *display.shape) * (1.2 - 0.7 * grey) + dice.normal(
        0.014 * how.noise, *grey.shape
    )
    image = Image.fromarray((np.clip(display, 0, 1) * 255 + 0.5).astype(np.uint8))
    if how.blur > 0:
        image = image.filter(ImageFilter.GaussianBlur(how.blur))
    elif how.blur < 0:
        image = image.filter(ImageFilter.UnsharpMask(1 - how.blur, int(-120 * how.blur), 2))
    out = BytesIO()
    image.save(out, "JPEG", quality=how.quality)
    return out.getvalue()


def _gain(
    luminance: Array, off_centre: Array, subject: NDArray[np.bool_], how: Development
) -> float:
    """What the exposure multiplies the light by.

    Metered in the middle, mostly on the plant, highlights held back.
    """
    logs = np.log(np.clip(luminance, 1e-4, 50))
    weights = np.exp(-((off_centre / 0.42) ** 2))
    metered = float((logs * weights).sum() / weights.sum())
    if subject.sum() > 50:
        metered = (
            metered * (1 - how.spot) + (float(logs[subject].mean()) + math.log(1.35)) * how.spot
        )
    gain = MIDDLE_GREY * math.exp(how.exposure - metered)
    brightest = float(np.percentile(luminance, 96)) * gain
    return gain * (2.5 / brightest) ** 0.45 if brightest > 2.5 else gain


def _filmic(light: Array) -> Array:
    """Highlights roll off as on film (Narkowicz's fit of the ACES curve, 2015)."""
    return np.clip(light * (2.51 * light + 0.03) / (light * (2.43 * light + 0.59) + 0.14), 0, 1)
