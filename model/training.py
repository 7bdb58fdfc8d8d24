"""From a dataset to a saved run: features from the cache, a head on them, its temperature, its evaluation."""

import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from model.backbones import DEFAULT_BACKBONE, find_backbone
from model.datasets import Dataset
from model.evaluation import Evaluation
from model.features import features
from model.head import Examples, Head, train_head
from model.jobs import recorded
from model.neighbours import nearest, unit
from model.runs import Card, Epoch, HeadSettings, Run, run_folder, save_run
from model.schema import RunRow
from model.store import Store
from model.trust import fit_temperature, unrelated_similarity

PACKAGES = ("torch", "numpy", "pillow")  # What the figures depend on.


@dataclass(frozen=True)
class TrainRequest:
    """What to train on, with what, for whom."""

    dataset: Dataset
    backbone: str = DEFAULT_BACKBONE
    settings: HeadSettings = field(default_factory=HeadSettings)
    name: str = "Head only"
    workspace: str | None = None


def train_run(
    store: Store,
    request: TrainRequest,
    *,
    folder: Path | None = None,
    on_features: Callable[[int, int], None] = lambda done, total: None,
    on_epoch: Callable[[Epoch], None] = lambda epoch: None,
) -> Run:
    """Train a head and save the run, in `folder` or among the data folder's runs.

    Raises CannotTrain, NotFound, WeightsMissing, StoreUnavailable.
    """
    backbone, dataset = find_backbone(request.backbone), request.dataset
    with recorded(store, "head", asdict(request.settings), workspace=request.workspace):
        vectors = features(store, [member.photo for member in dataset.members], backbone, on_features)
        started = perf_counter()
        labels = np.array([dataset.classes.index(member.label) for member in dataset.members], np.intp)
        photos = tuple(member.photo for member in dataset.members)
        splits = tuple(member.split for member in dataset.members)
        train, valid = (_examples(split, splits, vectors, labels) for split in ("train", "valid"))
        head = train_head(train, valid, dataset.classes, request.settings, on_epoch)
        temperature = fit_temperature(head.logits(valid.features), valid.labels)
        neighbours, similarities = _look_alikes(photos, splits, vectors)
        table = Evaluation(dataset.classes, photos, splits, labels, head.logits(vectors), neighbours, similarities, temperature)
        run_id = folder.name if folder else f"head-{secrets.token_hex(4)}"
        familiar = unrelated_similarity(train.features, train.labels)
        card = _card(request, head, temperature, familiar, run_id=run_id, seconds=perf_counter() - started)
        run = Run(card, head.weight, head.bias, table)
        save_run(run, folder or run_folder(store, run_id))
        if folder is None:
            with store.writing() as session:
                session.add(RunRow(id=run_id, workspace=request.workspace, dataset_id=dataset.id))
    return run


def _examples(split: str, splits: tuple[str, ...], vectors: NDArray[np.float32], labels: NDArray[np.intp]) -> Examples:
    rows = [row for row, name in enumerate(splits) if name == split]
    return Examples(vectors[rows], labels[rows])


def _look_alikes(
    photos: tuple[str, ...], splits: tuple[str, ...], vectors: NDArray[np.float32]
) -> tuple[tuple[tuple[str, ...], ...], NDArray[np.float32]]:
    """The most similar training photos of each, and how similar they are on average, (N,)."""
    train, units = [row for row, name in enumerate(splits) if name == "train"], unit(vectors)
    names = tuple(photos[row] for row in train)
    alike = nearest(units, list(photos), units[train], names)
    similarities = [float(np.mean([similarity for _, similarity in row])) if row else 0.0 for row in alike]
    return tuple(tuple(names[at] for at, _ in row) for row in alike), np.array(similarities, np.float32)


def _card(request: TrainRequest, head: Head, temperature: float, unfamiliar_below: float, *, run_id: str, seconds: float) -> Card:
    dataset, settings = request.dataset, request.settings
    return Card(
        id=run_id,
        name=request.name,
        mode="head",
        backbone=request.backbone,
        classes=dataset.classes,
        dataset=dataset.name,
        fingerprint=dataset.fingerprint,
        settings=settings,
        history=head.history,
        best_epoch=head.best_epoch,
        temperature=temperature,
        unfamiliar_below=unfamiliar_below,
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        seconds=seconds,
        versions={package: version(package) for package in PACKAGES},
        command=f"python -m model train --dataset {dataset.name} --mode head --epochs {settings.epochs} "
        f"--backbone {request.backbone} --lr {settings.learning_rate} --seed {settings.seed}",
    )
