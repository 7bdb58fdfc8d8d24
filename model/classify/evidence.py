"""Draw an evidence map over its photo."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

# Orange and blue: told apart with every kind of colour blindness
FOR, AGAINST = (222, 108, 36), (46, 110, 176)
STRONGEST_TINT = 0.8


def overlay(image: Image.Image, evidence: NDArray[np.float32], position: int) -> Image.Image:
    """Tint a grey photo where it speaks for (orange) or against (blue) the class at `position`.

    `evidence` is (C, H, W); all classes share one scale, so that their maps can be compared.
    """
    strength = evidence[position] / max(float(np.abs(evidence).max()), 1e-6)  # (H, W), -1 to 1
    smooth = Image.fromarray(strength.astype(np.float32)).resize(
        image.size, Image.Resampling.BICUBIC
    )
    tint = np.asarray(smooth)[..., None].clip(-1, 1)  # (height, width, 1)
    grey = np.asarray(image.convert("L").convert("RGB"), np.float32)
    colour = np.where(tint > 0, FOR, AGAINST).astype(np.float32)
    opacity = np.abs(tint) * STRONGEST_TINT
    return Image.fromarray((grey * (1 - opacity) + colour * opacity).astype(np.uint8))
