"""A trainer's files: reports, a JSON line each, and the weights of its last finished epoch."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Any

from model.catalogue.store import Store
from model.runs.settings import Epoch


class Stage(StrEnum):
    """Stages of a fine-tuning, as its reports name them."""

    LOADING = "loading"
    FEATURES = "features"
    TRAINING = "training"
    EVALUATING = "evaluating"

    @classmethod
    def _missing_(cls, value: object) -> "Stage":
        """Read the words of reports by another version as the first stage."""
        return cls.LOADING


def report_file(store: Store, job: int) -> Path:
    """Return the file of a trainer's JSON lines."""
    return store.home / "jobs" / f"{job}.jsonl"


def checkpoint_file(store: Store, job: int) -> Path:
    """Return the file with the weights of a trainer's last finished epoch."""
    return store.home / "jobs" / f"{job}.safetensors"


def reports_of(store: Store, job: int) -> list[dict[str, Any]]:
    """Read the whole lines that a trainer has written so far."""
    file = report_file(store, job)
    lines = file.read_text().split("\n")[:-1] if file.exists() else []
    return [json.loads(line) for line in lines if line.startswith("{")]


def forget_reports(store: Store, job: int) -> None:
    """Remove all that a trainer left."""
    for file in report_file(store, job).parent.glob(f"{job}.*"):
        file.unlink(missing_ok=True)


def epochs_in(reports: list[dict[str, Any]]) -> list[Epoch]:
    """List the epochs that a trainer has finished, those of the one it went on from included."""
    return [Epoch(**report) for report in reports if "train_loss" in report]
