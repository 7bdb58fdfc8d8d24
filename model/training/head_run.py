"""Turn a dataset into a saved run.

Features from the cache, a head on them, its temperature, its evaluation.
"""

import secrets
import shutil
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from platform import python_version
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from model.catalogue.dataset import Dataset, check_trainable
from model.catalogue.schema import DatasetRow, RunRow
from model.catalogue.store import Store
from model.errors import InvalidRequest
from model.evaluation.calibration import fit_temperature
from model.evaluation.confidence import out_of_distribution_threshold
from model.evaluation.neighbours import nearest, unit
from model.evaluation.table import Evaluation
from model.jobs.records import HEAD, record_job
from model.networks.backbones import find_backbone
from model.networks.features import extract_features
from model.photos.photo_id import PhotoId
from model.progress import Progress, no_progress
from model.runs.run import FineTunedWeights, Run, RunCard, run_folder, save_run
from model.runs.settings import Epoch, HeadSettings
from model.training.head import Head, LabelledFeatures, train_head
from model.training.request import TrainRequest

PACKAGES = {
    "head": ("onnxruntime", "numpy", "pillow"),
    "fine-tune": ("torch", "torchvision", "fastai", "onnxruntime", "numpy", "pillow"),
}  # What figures depend on.


def train_head_run(
    store: Store,
    request: TrainRequest,
    *,
    folder: Path | None = None,
    on_features: Progress = no_progress,
    on_epoch: Callable[[Epoch], None] = lambda epoch: None,
    turn: AbstractContextManager[None] | None = None,
) -> Run:
    """Train a head on cached features and save the run, in `folder` or the data folder.

    It waits for its `turn` once all features are there.
    Raises CannotTrain, NotFound, InvalidRequest, WeightsMissing, StoreUnavailable.
    """
    dataset = request.dataset
    with record_job(store, HEAD, asdict(request.settings), workspace=request.workspace):
        check_trainable(dataset)
        features = extract_features(
            store,
            [labelled.photo for labelled in dataset.photos],
            find_backbone(request.backbone),
            on_features,
        )
        with turn or nullcontext():
            run = _train(request, features, folder.name if folder else new_run_id("head"), on_epoch)
        save_and_register_run(store, run, request, folder)
    return run


def _train(
    request: TrainRequest,
    features: NDArray[np.float32],
    run_id: str,
    on_epoch: Callable[[Epoch], None],
) -> Run:
    """Train a head on features (N, D) of the dataset's photos, and evaluate it."""
    assert isinstance(request.settings, HeadSettings)
    dataset, started = request.dataset, perf_counter()
    train, valid = (labelled_features(dataset, split, features) for split in ("train", "valid"))
    head = train_head(train, valid, dataset.classes, request.settings, on_epoch)
    return build_run(request, head, features, run_id, seconds=perf_counter() - started)


def new_run_id(mode: str) -> str:
    """Make up a name for a run that no other has."""
    return f"{mode}-{secrets.token_hex(4)}"


def build_run(
    request: TrainRequest,
    head: Head,
    features: NDArray[np.float32],
    run_id: str,
    *,
    seconds: float,
    events: Sequence[str] = (),
) -> Run:
    """Evaluate a trained head on every photo of the dataset, given their features (N, D)."""
    dataset = request.dataset
    train, valid = (labelled_features(dataset, split, features) for split in ("train", "valid"))
    temperature = fit_temperature(head.logits(valid.features), valid.labels)
    packages = {package: version(package) for package in PACKAGES[request.mode]}
    card = RunCard(
        id=run_id,
        name=request.name,
        mode=request.mode,
        backbone=request.backbone,
        classes=dataset.classes,
        dataset=dataset.name,
        fingerprint=dataset.fingerprint,
        settings=request.settings,
        history=head.history,
        best_epoch=head.best_epoch,
        temperature=temperature,
        unfamiliar_below=out_of_distribution_threshold(train.features, train.labels),
        created_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        seconds=seconds,
        versions=packages | {"python": python_version()},
        command=request.command,
        events=tuple(events),
    )
    table = _evaluate(dataset, head.logits(features), features, temperature)
    return Run(card, head.weight, head.bias, table)


def _evaluate(
    dataset: Dataset,
    logits: NDArray[np.float32],
    features: NDArray[np.float32],
    temperature: float,
) -> Evaluation:
    """Tabulate the logits (N, C) of all photos with their labels and look-alikes."""
    photos = tuple(labelled.photo for labelled in dataset.photos)
    splits = tuple(labelled.split for labelled in dataset.photos)
    neighbours, similarities = _look_alikes(photos, splits, features)
    return Evaluation(
        dataset.classes,
        photos,
        splits,
        _positions(dataset),
        logits,
        neighbours,
        similarities,
        temperature,
    )


def save_and_register_run(
    store: Store,
    run: Run,
    request: TrainRequest,
    folder: Path | None = None,
    tuned: FineTunedWeights | None = None,
) -> None:
    """Save a run, in `folder` or among the data folder's runs, where its workspace finds it.

    Raises StoreUnavailable; InvalidRequest where the dataset was deleted meanwhile.
    """
    save_run(run, folder or run_folder(store, run.card.id), tuned)
    if folder is not None:
        return
    with store.writing() as session:
        if session.get(DatasetRow, request.dataset.id) is None:
            shutil.rmtree(run_folder(store, run.card.id), ignore_errors=True)
            raise InvalidRequest("The dataset was deleted during training.")
        name = request.name or run.card.id
        session.add(
            RunRow(
                id=run.card.id,
                workspace=request.workspace,
                dataset_id=request.dataset.id,
                name=name,
            )
        )


def _positions(dataset: Dataset) -> NDArray[np.intp]:
    return np.array([dataset.classes.index(labelled.label) for labelled in dataset.photos], np.intp)


def labelled_features(
    dataset: Dataset, split: str, features: NDArray[np.float32]
) -> LabelledFeatures:
    """Select the features and labels of one split from those (N, D) of all photos."""
    rows = [row for row, labelled in enumerate(dataset.photos) if labelled.split == split]
    return LabelledFeatures(features[rows], _positions(dataset)[rows])


def _look_alikes(
    photos: tuple[PhotoId, ...], splits: tuple[str, ...], features: NDArray[np.float32]
) -> tuple[tuple[tuple[PhotoId, ...], ...], NDArray[np.float32]]:
    """Find each photo's most similar training photos and their mean similarity, (N,)."""
    train, units = [row for row, name in enumerate(splits) if name == "train"], unit(features)
    names = tuple(photos[row] for row in train)
    alike = nearest(units, photos, units[train], names)
    similarities = [
        sum(similarity for _, similarity in row) / len(row) if row else 0.0 for row in alike
    ]
    return tuple(tuple(names[at] for at, _ in row) for row in alike), np.array(
        similarities, np.float32
    )
