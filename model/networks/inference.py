"""Run networks with onnxruntime: a photo in, its feature map out. No torch.

The small backbones ship as ONNX files. The others are made from torch's weights on first use, by a
process of its own (`export.py`), which takes its memory along when it ends.
"""

import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import BoundedSemaphore, Lock

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from model.catalogue.store import ROOT
from model.errors import WeightsMissing
from model.networks.backbones import Backbone, Part, find_backbone
from model.networks.preprocessing import pixels
from model.runtime import cores
from model.settings import hosting

# A network as it answers: pixels (1, 3, H, W) -> feature map (1, D, H / 32, W / 32)
Network = Callable[[NDArray[np.float32]], NDArray[np.float32]]

SHIPPED_BACKBONES = ROOT / "assets" / "backbones"
INPUT, OUTPUT = "pixels", "features"  # Names in the ONNX files
LOADED: dict[str, Network] = {}  # Shared by all threads; a file is opened once.
_opening: defaultdict[str, Lock] = defaultdict(Lock)  # A slow download blocks its backbone only.
_free_cores = BoundedSemaphore(cores())  # A photo a core; others wait, whoever asks for them.


def feature_map(
    image: Image.Image, backbone: Backbone, network: Network | None = None
) -> NDArray[np.float32]:
    """Compute the feature map of an RGB image: (D, H / 32, W / 32), H and W of the resized image.

    `network` has the backbone's shape and was trained further; by default the pretrained one.
    Raises WeightsMissing.
    """
    network = network or load_network(backbone.name)
    return np.asarray(network(pixels(image, backbone))[0])


def load_network(name: str) -> Network:
    """Load a pretrained network, shared by all threads. Raises NotFound, WeightsMissing.

    Several side by side are the same loaded networks as alone.
    """
    parts = find_backbone(name).parts
    if name not in LOADED:
        with _opening[name]:  # Two visitors at once open it once.
            if name not in LOADED:
                LOADED[name] = _joined(parts) if parts else open_network(_pretrained_file(name))
    return LOADED[name]


def _joined(parts: Sequence[Part]) -> Network:
    """Join networks into one: their maps of the same pixels, each over its spread, along D."""
    networks = [(load_network(part.name), part.spread) for part in parts]

    def run(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.concatenate([network(pixels) / spread for network, spread in networks], axis=1)

    return run


def open_network(file: Path) -> Network:
    """Open a network's ONNX file.

    A photo a run, one thread each, as many runs at once as there are cores: batches do not pay
    where photos differ in shape, and two sessions with several threads would wait for each other.
    """
    import onnxruntime  # A tenth of a second and 40 MB: not before the first photo.

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3  # Errors
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])

    def run(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        with _free_cores:
            [maps] = session.run([OUTPUT], {INPUT: pixels})
        return np.asarray(maps, np.float32)

    return run


def open_fine_tuned(name: str, file: Path) -> Network:
    """Open the ONNX file of a network that was trained further.

    Where it is absent, as in runs made by earlier versions, it is made from the safetensors beside
    it. Raises WeightsMissing.
    """
    if not file.exists():
        export_network(name, file, file.with_suffix(".safetensors"))
    return open_network(file)


def export_network(name: str, file: Path, weights: Path | None = None) -> None:
    """Write a backbone as ONNX in a process of its own, which may import torch.

    `weights` is a safetensors file of a network trained further; by default the pretrained one.
    Raises WeightsMissing with the sentence that the process ended with.
    """
    command = [sys.executable, "-m", "model.networks.export", name, str(file.absolute())]
    command += ["--weights", str(weights.absolute())] if weights else []
    ended = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True)
    if ended.returncode:
        raise WeightsMissing(
            (ended.stderr.strip().splitlines() or [f"The network {name} cannot be made."])[-1]
        )


def _pretrained_file(name: str) -> Path:
    """Locate a backbone's ONNX file; where none ships, make it in the data folder once."""
    shipped = SHIPPED_BACKBONES / f"{name}.onnx"
    made = hosting().home / "backbones" / f"{name}.onnx"
    if not shipped.exists() and not made.exists():
        export_network(name, made)
    return shipped if shipped.exists() else made
