"""Turn a photo into a network's input: one way for training, evaluation, serving and export.

The network sees the whole photo: its sides keep their proportion and its area is the network's own
input area, so nothing is cropped away and the evidence map covers all of it.
"""

from math import sqrt

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from model.networks.backbones import Backbone

STRIDE_PX = 32  # Every backbone here halves the picture five times.


def pixels(image: Image.Image, backbone: Backbone) -> NDArray[np.float32]:
    """Resize and normalise an RGB image: (1, 3, H, W), H and W multiples of 32 pixels.

    H * W is near `input_px` squared.
    """
    scale = backbone.input_px / sqrt(image.width * image.height)
    width, height = (max(1, round(side * scale / STRIDE_PX)) * STRIDE_PX for side in image.size)
    resized = image.resize((width, height), Image.Resampling.BICUBIC)
    values = np.asarray(resized, np.float32) / 255  # (H, W, 3)
    values -= np.array(backbone.mean, np.float32)
    values /= np.array(backbone.std, np.float32)
    return np.ascontiguousarray(values.transpose(2, 0, 1)[None])
