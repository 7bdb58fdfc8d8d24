"""The assignment's own training beside ours, on the starter set.

Seconds an epoch, and what ten epochs take.

    python -m tests.benchmarks.training

Plain fastai is `vision_learner(dls, resnet18)` + `fine_tune`, `Resize(224)`, as in the assignment;
our fine-tuning of ResNet-18 runs with the same settings. Weights are random: nothing need be
downloaded to measure time. Then the head alone, cold (no photo looked at yet) and warm, and the
memory of a trainer at the default settings. Last, plain fastai and our defaults on the same
pretrained EfficientNet-Lite0, for their errors. Each training is one process, one after the other;
read the ratios.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

PLAIN = """
import csv, json, sys
from pathlib import Path
from model.networks.torchvision_operators import define_missing_operators
define_missing_operators()
from fastai.vision.all import (
    Callback, ImageDataLoaders, Normalize, Resize, default_split, error_rate, model_meta, resnet18, vision_learner)
from model.networks.pretrained import build_network
folder = Path("assets/starter")
rows = [row for row in csv.DictReader((folder / "photos.csv").open()) if row["split"] != "test"]
import pandas as pd
table = pd.DataFrame({"file": [f"photos/{row['file']}" for row in rows], "label": [row["label"] for row in rows],
                      "valid": [row["split"] == "valid" for row in rows]})
def lite0(pretrained): return build_network("efficientnet-lite0")
model_meta[lite0] = {"cut": lambda network: network, "split": default_split}
normal = Normalize.from_stats((0.5,) * 3, (0.5,) * 3)
body, varied = (lite0, [normal]) if sys.argv[1] == "lite0" else (resnet18, [])
dls = ImageDataLoaders.from_df(
    table, folder, valid_col="valid", item_tfms=Resize(224), batch_tfms=varied, num_workers=0, seed=0)
learner = vision_learner(dls, body, metrics=error_rate, pretrained=body is lite0, normalize=False)
import time
class Clock(Callback):
    def before_epoch(self): self.started = time.perf_counter()
    def after_epoch(self):
        train_loss, valid_loss, error = (float(value) for value in self.recorder.values[-1]) if self.recorder.values else (0, 0, 1)
        print(json.dumps({"seconds": time.perf_counter() - self.started, "error_rate": error}), flush=True)
    order = 60
with learner.no_bar(), learner.no_logging(): learner.fine_tune(int(sys.argv[2]), cbs=Clock())
"""
OURS = """
import json, sys
from model.networks import pretrained
from model.networks.pretrained import ARCHITECTURES
pretrained.WEIGHTS["resnet18"] = lambda: ARCHITECTURES["resnet18"]().state_dict()
from model.cli.main import main
settings = "--backbone resnet18 --epochs 1 --batch-size 64 --augmentation 0".split()
sys.exit(main(["train", "--mode", "fine-tune", *settings, "--json"]))
"""
COLD = """
import json, time
from pathlib import Path
from model.catalogue import starter
from model.networks.backbones import find_backbone
from model.catalogue.dataset import find_dataset
from model.networks.features import extract_features
from model.catalogue.store import open_store
starter.FEATURES = Path("absent")
store = open_store()
starter.import_starter(store)
photos = [labelled.photo for labelled in find_dataset(store, "starter").photos]
started = time.perf_counter()
extract_features(store, photos, find_backbone("efficientnet-lite0"))
print(json.dumps({"seconds": time.perf_counter() - started}))
"""
HEAD = ["-m", "model", "train", "--epochs", "10", "--json"]
EPOCHS, TUNED_EPOCHS = 10, 3
DEFAULT = ["-m", "model", "train", "--mode", "fine-tune", "--epochs", str(TUNED_EPOCHS), "--json"]


def main() -> int:
    """Print a line a training."""
    with tempfile.TemporaryDirectory() as folder:
        home, fresh = Path(folder) / "home", Path(folder) / "fresh"
        plain, plain_mb, _ = run(home, ["-c", PLAIN, "resnet18", "1"])
        ours, ours_mb, _ = run(home, ["-c", OURS])
        [cold], _, _ = run(fresh, ["-c", COLD])
        _, _, lines = run(fresh, HEAD)
        tuned, tuned_mb, ours_lines = run(home, DEFAULT)
        plain_s, _, plain_lines = run(home, ["-c", PLAIN, "lite0", str(TUNED_EPOCHS)])
    head = sum(line["seconds"] for line in lines if "train_loss" in line)
    ten = plain[0] + EPOCHS * plain[1]
    print(
        f"plain fastai, ResNet-18: frozen epoch {plain[0]:.1f} s, others {plain[1]:.1f} s, peak {plain_mb} MB; ten: {ten:.0f} s"
    )
    print(
        f"ours, ResNet-18: frozen epoch {ours[0]:.1f} s, others {ours[1]:.1f} s, peak {ours_mb} MB"
    )
    print(f"    {plain[0] / ours[0]:.1f} and {plain[1] / ours[1]:.1f} times as fast")
    print(
        f"head only, warm: ten epochs {head:.2f} s, {ten / head:.0f} times as fast as plain fastai's"
    )
    print(
        f"head only, cold: features {cold:.1f} s and ten epochs, {ten / (cold + head):.0f} times as fast"
    )
    print(
        f"ours at the default settings: frozen epoch {tuned[0]:.1f} s, others {tuned[1]:.1f} s, peak {tuned_mb} MB"
    )
    print(
        f"plain fastai, Lite0: {plain_s[-1]:.1f} s an epoch, {plain_lines[-1]['error_rate']:.1%} of the validation photos wrong"
    )
    print(f"ours, Lite0: {tuned[-1]:.1f} s an epoch, {ours_lines[-1]['error_rate']:.1%} wrong")
    return 0


def run(home: Path, arguments: list[str]) -> tuple[list[float], int, list[dict[str, float]]]:
    """A training in a process of its own.

    The seconds of its epochs, its peak memory in MB, and all it reported.
    """
    command, environment = [sys.executable, *arguments], {**os.environ, "AREOLE_HOME": str(home)}
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, text=True
    )
    peak, watched = 0, psutil.Process(process.pid)
    while process.poll() is None:
        try:
            peak = max(peak, watched.memory_info().rss)
        except psutil.NoSuchProcess:
            break
        time.sleep(0.02)  # Sampling another process.
    assert process.stdout is not None
    lines = [json.loads(line) for line in process.stdout.read().splitlines()]
    assert process.wait() == 0, arguments
    return (
        [
            line["seconds"]
            for line in lines
            if set(line) <= {"seconds", "error_rate"} or "train_loss" in line
        ],
        peak // 1_000_000,
        lines,
    )


if __name__ == "__main__":
    sys.exit(main())
