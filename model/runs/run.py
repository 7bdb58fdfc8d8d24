"""Saved runs: one folder each, written once, never changed. Safetensors and JSON, no pickles.

`head.safetensors`       weight (C, D) and bias (C,) on raw pooled features
`card.json`              settings, seed, versions, data, history, and the figures for serving
`evaluation.json`        the one table every page reads: photo, split, label, logits, look-alikes
`network.safetensors`    of fine-tuned runs only: the whole network
`network.onnx`           the same, ready to answer; runs of earlier versions get theirs on first use
`features.safetensors`   of fine-tuned runs only: its features of the train photos
"""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from model.catalogue.store import ROOT, Store
from model.errors import NotFound, StoreUnavailable
from model.evaluation.table import Evaluation
from model.runs.settings import MODES, Epoch, Mode, Settings

SHIPPED = "shipped"
FORMAT = 2  # Raised when older folders can no longer be read.


@dataclass(frozen=True)
class RunCard:
    """A run's settings, data and history, and the figures that serving needs."""

    id: str
    name: str
    mode: Mode
    backbone: str
    classes: tuple[str, ...]
    dataset: str
    fingerprint: str
    settings: Settings
    history: tuple[Epoch, ...]
    best_epoch: int  # The one with the lowest valid_loss
    temperature: float
    unfamiliar_below: float
    created_at: str
    seconds: float
    versions: dict[str, str]
    command: str
    events: tuple[str, ...] = ()  # "cancelled after epoch 2", "continued after epoch 1"

    @property
    def trained_at(self) -> datetime:
        """Time when it was saved."""
        return datetime.fromisoformat(self.created_at)


@dataclass(frozen=True)
class Run:
    """A trained head with its card and evaluation."""

    card: RunCard
    weight: NDArray[np.float32]  # (C, D)
    bias: NDArray[np.float32]  # (C,)
    evaluation: Evaluation


@dataclass(frozen=True)
class FineTunedWeights:
    """A fine-tuned run's own network, and its features of the train photos."""

    network: dict[str, NDArray[np.float16]]  # By the network's own names
    features: NDArray[np.float16]  # (N, D), the rows of the evaluation's train split
    onnx: Path  # The network's ONNX file; saving copies it


def run_folder(store: Store, run_id: str) -> Path:
    """Locate a run. Raises NotFound for a name that could not be a run's."""
    if run_id == SHIPPED:
        return ROOT / "model" / "shipped"
    if not run_id.replace("-", "").isalnum():
        raise NotFound(f"There is no run {run_id}.")
    return store.runs / run_id


def save_run(run: Run, folder: Path, tuned: FineTunedWeights | None = None) -> None:
    """Save a run beside its place and rename it, so that it is never half there.

    Replaces another run in its place. Raises StoreUnavailable, also for a folder that holds
    anything else.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / "card.json").exists():
        raise StoreUnavailable(f"{folder} is no run: it holds other things. Name another folder.")
    unfinished = folder.with_name(f".{folder.name}.{uuid4().hex}")
    try:
        _write_run(run, unfinished)
        if tuned:
            save_file(tuned.network, unfinished / "network.safetensors")
            save_file({"train": tuned.features}, unfinished / "features.safetensors")
            shutil.copyfile(tuned.onnx, unfinished / "network.onnx")
        shutil.rmtree(folder, ignore_errors=True)
        unfinished.rename(folder)
    except (OSError, SafetensorError) as error:
        raise StoreUnavailable(
            f"The run cannot be saved in {folder}: {error}. "
            "Free some space, or name another folder."
        ) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _write_run(run: Run, unfinished: Path) -> None:
    unfinished.mkdir(parents=True)
    save_file({"weight": run.weight, "bias": run.bias}, unfinished / "head.safetensors")
    _write_json(unfinished / "card.json", {"format": FORMAT, **asdict(run.card)}, indent=2)
    table = run.evaluation
    position = {photo: row for row, photo in enumerate(table.photos)}
    columns = {
        "photos": table.photos,
        "splits": table.splits,
        "labels": table.labels.tolist(),
        "logits": table.logits.tolist(),
        "neighbours": [[position[photo] for photo in row] for row in table.neighbours],
        "similarities": table.similarities.tolist(),
    }
    _write_json(unfinished / "evaluation.json", columns)


def load_card(folder: Path) -> RunCard:
    """Load only a run's card. Raises NotFound, as `load_run`."""
    with _read(folder):
        return _card(json.loads((folder / "card.json").read_text()))


def load_run(folder: Path) -> Run:
    """Load a run. Raises NotFound when it is absent, damaged or of another format."""
    with _read(folder):
        arrays = load_file(folder / "head.safetensors")
        card = load_card(folder)
        table = json.loads((folder / "evaluation.json").read_text())
        evaluation = Evaluation(
            card.classes,
            tuple(table["photos"]),
            tuple(table["splits"]),
            np.array(table["labels"], np.intp),
            np.array(table["logits"], np.float32).reshape(-1, len(card.classes)),
            tuple(tuple(table["photos"][row] for row in rows) for rows in table["neighbours"]),
            np.array(table["similarities"], np.float32),
            card.temperature,
        )
        return Run(card, arrays["weight"], arrays["bias"], evaluation)


def load_fine_tuned_weights(folder: Path) -> FineTunedWeights:
    """Load the network and features of a fine-tuned run. Raises NotFound."""
    with _read(folder):
        return FineTunedWeights(
            load_file(folder / "network.safetensors"),
            load_file(folder / "features.safetensors")["train"],
            folder / "network.onnx",
        )


@contextmanager
def _read(folder: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise NotFound(f"There is no run {folder.name}.") from error
    except (OSError, SafetensorError, ValueError, LookupError, TypeError) as error:
        raise NotFound(f"The run {folder.name} is damaged: {error}. Train again.") from error


def _card(saved: dict[str, Any]) -> RunCard:
    if saved.pop("format") != FORMAT:
        raise ValueError("it was saved by another version")
    mode = Mode(saved["mode"])
    fields = {
        "mode": mode,
        "classes": tuple(saved["classes"]),
        "settings": MODES[mode](**saved["settings"]),
        "history": tuple(Epoch(**row) for row in saved["history"]),
        "events": tuple(saved.get("events", ())),  # Older cards have none.
    }
    return RunCard(**{**saved, **fields})


def _write_json(path: Path, content: dict[str, Any], indent: int | None = None) -> None:
    path.write_text(json.dumps(content, indent=indent) + "\n")
