"""Make torchvision importable: the package index has no CPU build of it for a CPU build of torch.

With a CPU torch the compiled operators of torchvision do not load, and `import torchvision` dies
with "operator torchvision::nms does not exist". It needs only their schemas to import; nothing in
Areole runs them. Call `define_missing_operators` before the first import of torchvision or fastai.
"""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import torch

SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)


@cache
def define_missing_operators() -> torch.library.Library | None:
    """Declare the operators unless torchvision's own load.

    The cache keeps the library, and so the schemas, alive.
    """
    spec = find_spec("torchvision")
    if spec is None or spec.origin is None:
        return None
    for compiled in Path(spec.origin).parent.glob("_C.*"):
        try:
            torch.ops.load_library(compiled)
        except OSError:  # Built for CUDA, and this torch is not.
            continue
        return None
    library = torch.library.Library("torchvision", "DEF")
    for schema in SCHEMAS:
        library.define(schema)
    return library
