"""Every experiment runs by its name, is saved, and answers in a sentence on any dataset."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import select

from model.catalogue.dataset import Dataset, find_dataset
from model.catalogue.schema import ExperimentRow, FeatureRow
from model.catalogue.starter import STARTER
from model.catalogue.store import ROOT, Store, insert_missing
from model.errors import Cancelled, CannotTrain, NotFound, WeightsMissing
from model.experiments.backbones_compared import BackbonesCompared
from model.experiments.label_noise import LabelNoise
from model.experiments.learning_curve import LearningCurve
from model.experiments.registry import EXPERIMENTS, run_experiment
from model.experiments.saved import ExperimentResult, load_result, save_result
from model.experiments.split_features import load_split_features
from model.experiments.variance import SeedAndSplitVariance
from model.networks.backbones import BACKBONES, DEFAULT_BACKBONE
from model.networks.features import STORED
from model.progress import Progress, no_progress
from model.runs.settings import HeadSettings
from tests.conftest import fabricate
from tests.model.experiments.made_up import CLASS_SIZES, ClassSizes

SETTINGS = HeadSettings(epochs=3)
Made = Callable[[list[tuple[str, str]]], Dataset]


@pytest.fixture
def made(store: Store) -> Made:
    """A dataset of photos filed as (label, split), which every backbone has looked at already."""

    def make(rows: list[tuple[str, str]]) -> Dataset:
        classes = tuple(dict.fromkeys(label for label, _ in rows))
        _, name = fabricate(store, classes, rows, np.zeros((len(rows), len(classes)), np.float32))
        dataset, random = find_dataset(store, name), np.random.default_rng(0)
        with store.writing() as session:
            for backbone in BACKBONES.values():
                vectors = random.random((len(rows), backbone.channels))
                vectors[:, : len(classes)] += [
                    np.eye(len(classes))[classes.index(labelled.label)]
                    for labelled in dataset.photos
                ]
                seen = [
                    {
                        "photo": labelled.photo,
                        "backbone": backbone.name,
                        "vector": vector.astype(STORED).tobytes(),
                    }
                    for labelled, vector in zip(dataset.photos, vectors, strict=True)
                ]
                insert_missing(session, FeatureRow, seen)
        return dataset

    return make


def ask(
    store: Store, kind: str, dataset: Dataset, progress: Progress = no_progress
) -> ExperimentResult:
    """Run an experiment as the pages do."""
    return run_experiment(
        store, kind, dataset, backbone=DEFAULT_BACKBONE, settings=SETTINGS, progress=progress
    )


SMALL = {
    "no test photos": [("a", "train"), ("b", "train"), ("a", "valid"), ("b", "valid")] * 6,
    "two photos a class": [("a", "train"), ("b", "train")] * 2
    + [("a", "valid"), ("b", "valid"), ("b", "test")],
    "a class absent from valid": [
        ("a", "train"),
        ("b", "train"),
        ("c", "train"),
        ("a", "valid"),
        ("b", "valid"),
    ]
    * 5,
    "one validation photo": [("a", "train"), ("b", "train")] * 5 + [("a", "valid")],
    "twenty classes": [
        (f"class {number % 20}", split)
        for split in ("train", "train", "valid")
        for number in range(20)
    ],
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("kind", EXPERIMENTS)
@pytest.mark.parametrize("rows", SMALL.values(), ids=SMALL.keys())
def test_small_datasets_get_sentences_that_come_back_equal_from_the_catalogue(
    store: Store, made: Made, kind: str, rows: list[tuple[str, str]]
) -> None:
    dataset = made(rows)
    result = ask(store, kind, dataset)
    assert isinstance(result, EXPERIMENTS[kind].result)
    assert result.sentence.endswith(".")
    assert "nan" not in result.sentence
    again = load_result(
        store, EXPERIMENTS[kind].result, dataset.fingerprint, DEFAULT_BACKBONE, SETTINGS
    )
    assert again == result
    assert again is not result


def test_what_is_kept_is_not_made_again(store: Store, made: Made) -> None:
    dataset, heard = made(SMALL["no test photos"]), []
    first = ask(store, LearningCurve.KIND, dataset, lambda done, total: heard.append(done))
    assert heard
    heard.clear()
    assert ask(store, LearningCurve.KIND, dataset, lambda done, total: heard.append(done)) == first
    assert not heard


def test_a_result_holds_for_its_photos_backbone_and_settings_only(store: Store, made: Made) -> None:
    dataset = made(SMALL["no test photos"])
    ask(store, LabelNoise.KIND, dataset)
    assert load_result(store, LabelNoise, dataset.fingerprint, DEFAULT_BACKBONE, SETTINGS)
    assert load_result(store, LabelNoise, "another", DEFAULT_BACKBONE, SETTINGS) is None
    assert load_result(store, LabelNoise, dataset.fingerprint, "resnet18", SETTINGS) is None
    assert (
        load_result(
            store,
            LabelNoise,
            dataset.fingerprint,
            DEFAULT_BACKBONE,
            replace(SETTINGS, epochs=4),
        )
        is None
    )
    assert (
        load_result(store, LearningCurve, dataset.fingerprint, DEFAULT_BACKBONE, SETTINGS) is None
    )


def test_another_version_of_an_experiment_is_another_question(
    store: Store, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = made(SMALL["no test photos"])
    ask(store, LearningCurve.KIND, dataset)
    monkeypatch.setattr(LearningCurve, "VERSION", LearningCurve.VERSION + 1)
    assert (
        load_result(store, LearningCurve, dataset.fingerprint, DEFAULT_BACKBONE, SETTINGS) is None
    )


@pytest.mark.parametrize(
    "shape",
    [{}, {"points": []}, [], {"valid_photos": "9"}, None],
    ids=["empty", "few fields", "list", "text", "null"],
)
def test_rows_of_another_shape_are_made_again(store: Store, made: Made, shape: object) -> None:
    dataset = made(SMALL["no test photos"])
    result = ask(store, LearningCurve.KIND, dataset)
    with store.writing() as session:
        row = session.scalars(
            select(ExperimentRow).where(ExperimentRow.fingerprint == dataset.fingerprint)
        ).one()
        whole = dict(row.result)
        damaged = whole | shape if shape == {"valid_photos": "9"} else shape
        row.result = damaged  # type: ignore[assignment]
    assert (
        load_result(store, LearningCurve, dataset.fingerprint, DEFAULT_BACKBONE, SETTINGS) is None
    )
    assert ask(store, LearningCurve.KIND, dataset) == result
    assert (
        load_result(store, LearningCurve, dataset.fingerprint, DEFAULT_BACKBONE, SETTINGS) == result
    )


def test_keeping_twice_replaces(store: Store, made: Made) -> None:
    dataset = made(SMALL["no test photos"])
    result = ask(store, LearningCurve.KIND, dataset)
    assert isinstance(result, LearningCurve)
    save_result(
        store, replace(result, valid_photos=99), dataset.fingerprint, DEFAULT_BACKBONE, SETTINGS
    )
    again = load_result(store, LearningCurve, dataset.fingerprint, DEFAULT_BACKBONE, SETTINGS)
    assert isinstance(again, LearningCurve)
    assert again.valid_photos == 99


@pytest.mark.parametrize("kind", EXPERIMENTS)
def test_of_a_cancelled_experiment_nothing_is_kept(store: Store, made: Made, kind: str) -> None:
    dataset = made(SMALL["no test photos"])

    def progress(done: int, total: int) -> None:
        if done == 2:
            raise Cancelled("Enough.")

    with pytest.raises(Cancelled):
        ask(store, kind, dataset, progress)
    assert (
        load_result(
            store, EXPERIMENTS[kind].result, dataset.fingerprint, DEFAULT_BACKBONE, SETTINGS
        )
        is None
    )


def test_a_backbone_without_weights_is_named_and_asked_again_later(
    store: Store, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = made(SMALL["no test photos"])

    def without_resnet(store: Store, dataset: Dataset, backbone: str, progress: Progress) -> object:
        if backbone == "resnet18":
            raise WeightsMissing("No network.")
        return load_split_features(store, dataset, backbone, progress)

    with monkeypatch.context() as offline:
        offline.setattr("model.experiments.registry.load_split_features", without_resnet)
        found = ask(store, BackbonesCompared.KIND, dataset)
    assert isinstance(found, BackbonesCompared)
    assert [row.missing for row in found.rows] == ["", "", "", "No network."]
    later = ask(store, BackbonesCompared.KIND, dataset)
    assert isinstance(later, BackbonesCompared)
    assert [row.missing for row in later.rows] == ["", "", "", ""]


@pytest.mark.parametrize("kind", EXPERIMENTS)
def test_where_training_cannot_work_it_says_why(store: Store, made: Made, kind: str) -> None:
    with pytest.raises(CannotTrain, match="no validation photos"):
        ask(store, kind, made([("a", "train"), ("b", "train")] * 3))


def test_an_unknown_experiment_is_refused(store: Store) -> None:
    with pytest.raises(NotFound, match="no experiment astrology"):
        ask(store, "astrology", find_dataset(store, STARTER))


def test_material_holds_each_photo_once_in_its_split(store: Store) -> None:
    dataset = find_dataset(store, STARTER)
    found = load_split_features(store, dataset, DEFAULT_BACKBONE)
    assert {photo: split for split, photos in found.photos.items() for photo in photos} == {
        labelled.photo: labelled.split for labelled in dataset.photos
    }
    for split, part in (("train", found.train), ("valid", found.valid), ("test", found.test)):
        assert part.features.shape == (len(found.photos[split]), 1280)
        assert [found.classes[label] for label in part.labels] == [
            dataset.labels[photo] for photo in found.photos[split]
        ]


def test_experiments_and_searches_train_their_heads_without_torch() -> None:
    code = """
import sys
import optuna
from model.experiments import backbones_compared, label_noise, learning_curve, variance
from model.experiments.tuning.trial import objective
from model.networks.backbones import DEFAULT_BACKBONE
from model.runs.settings import HeadSettings
from tests.model.experiments.made import clouds, unheard
features, settings = clouds(60, 30, 30), HeadSettings(epochs=1)
for experiment in (label_noise, learning_curve, variance):
    experiment.run(features, settings, unheard)
backbones_compared.run({DEFAULT_BACKBONE: features}, settings, unheard)
optuna.create_study().optimize(objective({DEFAULT_BACKBONE: features}, lambda: None), 1)
print({"torch", "fastai"} & set(sys.modules))
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.strip() == "set()"


def test_the_catalogue_is_read_without_torch() -> None:
    code = (
        "import sys, model.experiments.registry; "
        "print('torch' in sys.modules, 'streamlit' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.split() == ["False", "False"]


def test_every_kind_has_its_question_and_a_name_that_fits_its_column() -> None:
    assert all(len(kind) <= 20 and row.question.endswith("?") for kind, row in EXPERIMENTS.items())


def test_a_made_up_experiment_needs_its_row_only_to_be_run_saved_and_loaded(
    store: Store, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(EXPERIMENTS, CLASS_SIZES.kind, CLASS_SIZES)
    dataset = made(SMALL["no test photos"])
    result = ask(store, "class-sizes", dataset)
    assert result.sentence == "The smallest class has 6 photos."
    saved = load_result(store, ClassSizes, dataset.fingerprint, DEFAULT_BACKBONE, SETTINGS)
    assert saved == result
    assert saved is not result


def test_a_result_with_more_fields_than_now_is_still_read(store: Store, made: Made) -> None:
    dataset = made(SMALL["no test photos"])
    result = ask(store, SeedAndSplitVariance.KIND, dataset)
    with store.writing() as session:
        row = session.scalars(
            select(ExperimentRow).where(ExperimentRow.fingerprint == dataset.fingerprint)
        ).one()
        row.result = row.result | {"unpaired_at_least": 4}  # As version 1 of the app saved it
    again = load_result(
        store, SeedAndSplitVariance, dataset.fingerprint, DEFAULT_BACKBONE, SETTINGS
    )
    assert again == result
