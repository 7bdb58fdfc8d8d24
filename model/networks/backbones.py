"""The pretrained networks: a row each, with all that is known of it.

No torch, so that pages can offer them.

A new backbone is one more row; `builder` and `weights` name two functions beside those in
`pretrained.py`. A pair of them is a row, too, which names its `parts` instead.
"""

from dataclasses import dataclass, replace

from model.errors import NotFound

HALF = (0.5, 0.5, 0.5)


@dataclass(frozen=True)
class Part:
    """A backbone beside others in a row, and what its features are divided by there."""

    name: str
    # Standard deviation of all its features of the starter set's train photos, as
    # `python -m tests.benchmarks.accuracy FOLDER` prints it: no part outshouts the others.
    spread: float


@dataclass(frozen=True, kw_only=True)
class Backbone:
    """Facts about a network pretrained on ImageNet, or about several side by side."""

    name: str
    title: str
    note: str
    weights_mb: float  # Without ImageNet's classifier
    is_installed: bool  # Its weights come with the requirements: nothing is downloaded.
    feature_s: float  # Usual seconds for a photo's features, on two shared cores
    channels: int  # D
    input_px: int  # Side of a square of as many pixels as a photo is resized to
    mean: tuple[float, float, float] = HALF
    std: tuple[float, float, float] = HALF
    # Several side by side, of one input: their maps over their spreads, joined along D
    parts: tuple[Part, ...] = ()
    # For training further, which several side by side are not:
    builder: str = ""  # "module:function": builds it, (N, 3, H, W) -> (N, D, H / 32, W / 32)
    weights: str = ""  # "module:function": its pretrained tensors, in the order of its own
    train_mb: int = 0  # A photo of a batch at 224 pixels, measured with batches of 16
    step_s: float = 0.0  # Usual seconds for a photo of an epoch of the whole network, 224 px

    @property
    def networks(self) -> tuple[str, ...]:
        """Names of the backbones that look at a photo: its parts, or itself."""
        return tuple(part.name for part in self.parts) or (self.name,)

    @property
    def trains_whole(self) -> bool:
        """True where the whole network can be trained further, not its head only."""
        return not self.parts


PRETRAINED = "model.networks.pretrained"
BACKBONES = {
    row.name: row
    for row in (  # Seconds: tests/benchmarks/serving.py (features) and training.py (steps)
        Backbone(
            name="efficientnet-lite0",
            title="EfficientNet-Lite0",
            note="Small and quick; its weights are installed.",
            builder=f"{PRETRAINED}:lite0",
            weights=f"{PRETRAINED}:lite0_weights",
            weights_mb=13.7,
            is_installed=True,
            train_mb=56,
            feature_s=0.012,
            step_s=0.12,
            channels=1280,
            input_px=256,
        ),
        Backbone(
            name="efficientnet-lite2",
            title="EfficientNet-Lite2",
            note="Sees finer detail and takes half as long again.",
            builder=f"{PRETRAINED}:lite2",
            weights=f"{PRETRAINED}:lite2_weights",
            weights_mb=19.5,
            is_installed=True,
            train_mb=72,
            feature_s=0.018,
            step_s=0.2,
            channels=1280,
            input_px=256,
        ),
        Backbone(
            name="efficientnet-lite0-lite2",
            title="EfficientNet-Lite0 + Lite2",
            note="Both side by side, in the time and memory of both. For a head only.",
            weights_mb=33.1,
            is_installed=True,
            feature_s=0.03,
            channels=2560,
            input_px=256,
            parts=(Part("efficientnet-lite0", 0.369), Part("efficientnet-lite2", 0.392)),
        ),
        Backbone(
            name="resnet18",
            title="ResNet-18",
            note="The assignment's network; 45 MB are downloaded on first use.",
            builder=f"{PRETRAINED}:resnet18",
            weights=f"{PRETRAINED}:resnet18_weights",
            weights_mb=44.7,
            is_installed=False,
            train_mb=28,
            feature_s=0.022,
            step_s=0.05,
            channels=512,
            input_px=224,
            mean=(0.485, 0.456, 0.406),
            std=(0.229, 0.224, 0.225),
        ),
    )
}
DEFAULT_BACKBONE = "efficientnet-lite0"
# Names under which measured seconds are kept; "look" was torch's, four times slower.
FEATURES_SPEED, STEP_SPEED, VALIDATION_SPEED = "features", "step", "validation"


def find_backbone(name: str) -> Backbone:
    """Find the facts of a backbone. Raises NotFound."""
    if name not in BACKBONES:
        raise NotFound(f"There is no backbone {name}. There are {', '.join(BACKBONES)}.")
    return BACKBONES[name]


def with_input_px(backbone: Backbone, input_px: int | None) -> Backbone:
    """Give the backbone another input size in pixels, as fine-tuned runs have.

    None keeps its own.
    """
    return replace(backbone, input_px=input_px) if input_px is not None else backbone
