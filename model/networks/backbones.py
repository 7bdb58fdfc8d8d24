"""Which pretrained networks there are: a table of facts, without torch, so that pages can offer them."""

from dataclasses import dataclass, replace

from model.errors import NotFound


@dataclass(frozen=True)
class Backbone:
    """Facts about a network pretrained on ImageNet."""

    name: str
    title: str
    note: str
    train_mb: int  # What one photo of a batch takes in training at 224 pixels, measured with batches of 16
    channels: int
    input_px: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]


HALF = (0.5, 0.5, 0.5)
BACKBONES = {
    row.name: row
    for row in (
        Backbone("efficientnet-lite0", "EfficientNet-Lite0", "Small and quick; its weights are installed.",
                 56, 1280, 256, HALF, HALF),
        Backbone("efficientnet-lite2", "EfficientNet-Lite2", "Sees finer detail and takes three times as long.",
                 72, 1280, 260, HALF, HALF),
        Backbone("resnet18", "ResNet-18", "The assignment's network; 45 MB are downloaded on first use.",
                 28, 512, 224, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    )
}  # fmt: skip
DEFAULT_BACKBONE = "efficientnet-lite0"


def with_input_px(backbone: Backbone, input_px: int | None) -> Backbone:
    """Give the backbone another input size in pixels; None leaves its own. Fine-tuned runs keep the size they were trained at."""
    return replace(backbone, input_px=input_px) if input_px is not None else backbone


def find_backbone(name: str) -> Backbone:
    """The facts of `name`. Raises NotFound."""
    if name not in BACKBONES:
        raise NotFound(f"There is no backbone {name}. There are {', '.join(BACKBONES)}.")
    return BACKBONES[name]


LOOK, STEP = (
    "look",
    "step",
)  # Seconds to see a photo; seconds for a photo of an epoch in which the whole network learns, at 224 px
USUAL_S = {  # Two shared cores, see tests/benchmarks/training.py
    "efficientnet-lite0": {LOOK: 0.03, STEP: 0.12},
    "efficientnet-lite2": {LOOK: 0.08, STEP: 0.2},
    "resnet18": {LOOK: 0.03, STEP: 0.05},
}
