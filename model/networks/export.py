"""Write a backbone as ONNX: python -m model.networks.export NAME OUT.onnx [--weights FILE]

In a process of its own, because it imports torch and its exporter. What ships in assets/backbones
was made with this command.
"""

import logging
import sys
import warnings
from argparse import ArgumentParser
from pathlib import Path
from uuid import uuid4

import onnx
import torch
from safetensors.torch import load_file
from torch import nn
from torch.export import Dim

from model.errors import AreoleError
from model.networks.backbones import BACKBONES
from model.networks.inference import INPUT, OUTPUT
from model.networks.pretrained import build_network, fine_tuned_network, freeze_for_inference


def write_onnx(network: nn.Module, file: Path) -> None:
    """Write a frozen network as ONNX for photos of any size: (1, 3, H, W) -> (1, D, H/32, W/32).

    Written beside its place and renamed: whoever looks finds a whole file or none.
    """
    unfinished = file.with_name(f".{file.name}.{uuid4().hex}")
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        onnx.save(_as_onnx(network), unfinished)
        unfinished.rename(file)
    finally:
        unfinished.unlink(missing_ok=True)


def _as_onnx(network: nn.Module) -> onnx.ModelProto:
    program = torch.onnx.export(
        network,
        (torch.zeros(1, 3, 224, 288),),
        input_names=[INPUT],
        output_names=[OUTPUT],
        dynamic_shapes=({2: Dim.DYNAMIC, 3: Dim.DYNAMIC},),
        verbose=False,
    )
    assert program is not None  # It is only where the exporter of before 2.5 is asked for.
    model: onnx.ModelProto = program.model_proto
    for described in (model.graph, *model.graph.node, *model.graph.value_info):
        del described.metadata_props[:]  # Where in the code each came from: paths of this machine
    return model


def main() -> None:
    """Write the file that the command line asks for; exit with a sentence where that fails."""
    parser = ArgumentParser(prog="python -m model.networks.export", description=__doc__)
    alone = [name for name, row in BACKBONES.items() if row.trains_whole]
    parser.add_argument("name", choices=alone, help="of a backbone")
    parser.add_argument("file", type=Path, help="to write")
    parser.add_argument("--weights", type=Path, help="of a network that was trained further")
    asked = parser.parse_args()
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    warnings.simplefilter("ignore", FutureWarning)  # Torch's exporter warns of torch's own types.
    try:
        network = (
            fine_tuned_network(asked.name, _single_precision(asked.weights))
            if asked.weights
            else build_network(asked.name)
        )
        write_onnx(freeze_for_inference(network), asked.file)
    except AreoleError as error:
        sys.exit(str(error))


def _single_precision(file: Path) -> dict[str, torch.Tensor]:
    return {name: tensor.float() for name, tensor in load_file(file).items()}


if __name__ == "__main__":
    main()
