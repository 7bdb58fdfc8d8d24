"""A data folder that version 4 made, opened by today's code.

Everything that a visitor has made is there again.
"""

from collections.abc import Iterator
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select, text

from model.catalogue.dataset import find_dataset
from model.catalogue.edits import KEEP
from model.catalogue.origins import origins
from model.catalogue.schema import ExperimentRow, JobRow, PhotoRow
from model.catalogue.starter import STARTER, import_starter
from model.catalogue.store import Store, open_store, open_stored, read_photo
from model.catalogue.workspaces import asked_photos, dataset_name
from model.classify.classifier import load_classifier
from model.cleaning.decisions import Decision, decide, history, redo, undo
from model.datasets.manage import choose_dataset, datasets_of
from model.experiments.tuning.run import TuningRequest, run_trials
from model.experiments.tuning.space import study_name
from model.experiments.tuning.study import find, opened, trials_of
from model.jobs.queue import last_job
from model.photos.photo_id import digest
from model.report.texts import texts
from model.runs.listing import active_run, runs_of
from model.runs.run import load_fine_tuned_weights, load_run, run_folder
from model.training.head_run import train_head_run
from model.training.request import TrainRequest
from tests import catalogue_v4

Expected = dict[str, Any]


@pytest.fixture(scope="module")
def expected() -> Expected:
    return catalogue_v4.expected()


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The folder as it is after one start of today's app, for all who only look."""
    yield from _start(tmp_path_factory.mktemp("v4"))


@pytest.fixture
def continued(tmp_path: Path) -> Iterator[Store]:
    """The same, for the one who goes on with it."""
    yield from _start(tmp_path)


def _start(folder: Path) -> Iterator[Store]:
    store = open_store(catalogue_v4.unpack(folder))
    import_starter(store)
    yield store
    store.engine.dispose()


@pytest.fixture(params=list(catalogue_v4.expected()["in"]))
def chosen(request: pytest.FixtureRequest, upgraded: Store, expected: Expected) -> Iterator[str]:
    """Each of the datasets, while the visitor works on it."""
    name: str = request.param
    choose_dataset(upgraded, expected["workspace"], name)
    yield name
    choose_dataset(upgraded, expected["workspace"], expected["current"])


def test_datasets_and_all_photos(upgraded: Store, expected: Expected) -> None:
    listed = [
        [row.name, row.title, row.own, list(row.classes), row.photos, row.bytes]
        for row in datasets_of(upgraded, expected["workspace"])
    ]
    assert listed == expected["datasets"]
    assert dataset_name(upgraded, expected["workspace"]) == expected["current"] != STARTER
    with upgraded.reading() as session:
        photos = session.scalars(select(PhotoRow.sha256)).all()
    assert len(photos) == 56
    for photo in photos:
        assert digest(read_photo(upgraded, photo)) == photo


def test_labels_edits_and_origins(upgraded: Store, expected: Expected, chosen: str) -> None:
    workspace, then = expected["workspace"], expected["in"][chosen]
    imported, edited = (
        find_dataset(upgraded, chosen),
        find_dataset(upgraded, chosen, workspace=workspace),
    )
    for dataset, rows in ((imported, then["imported"]), (edited, then["edited"])):
        assert [[row.file, row.photo, row.label, row.split] for row in dataset.photos] == rows
    assert edited.fingerprint == then["fingerprint"] != imported.fingerprint
    assert {
        photo: list(astuple(origin)) for photo, origin in origins(upgraded, edited.id).items()
    } == then["origins"]
    decisions = [
        [
            edit.step,
            edit.photo,
            edit.action,
            edit.label,
            edit.reason,
            edit.undone,
            edit.created_at.isoformat(),
        ]
        for edit in history(upgraded, workspace).edits
    ]
    assert decisions == then["edits"]


def test_an_undone_decision_comes_back_and_new_ones_follow(
    continued: Store, expected: Expected
) -> None:
    workspace = expected["workspace"]
    choose_dataset(continued, workspace, STARTER)
    before = history(continued, workspace)
    [slip] = [edit for edit in before.edits if edit.undone]
    redo(continued, workspace, slip.step)
    assert find_dataset(continued, STARTER, workspace=workspace).find(slip.photo) is None
    undo(continued, workspace, slip.step)
    decide(continued, workspace, [Decision(slip.photo, KEEP, reason="New")])
    assert (
        history(continued, workspace).edits[-1].step == max(edit.step for edit in before.edits) + 1
    )
    undo(continued, workspace, history(continued, workspace).edits[-1].step)
    assert (
        find_dataset(continued, STARTER, workspace=workspace).fingerprint
        == expected["in"][STARTER]["fingerprint"]
    )


def test_runs_give_the_same_evaluation_and_the_same_answer(
    upgraded: Store, expected: Expected, chosen: str
) -> None:
    then = expected["in"][chosen]
    assert active_run(upgraded, expected["workspace"]) == then["active"]
    assert [
        [run.id, run.name, run.own] for run in runs_of(upgraded, expected["workspace"])
    ] == then["runs"]
    for run_id, figures in then["evaluations"].items():
        run = load_run(run_folder(upgraded, run_id))
        assert (run.card.mode, run.card.seconds) == (figures["mode"], figures["seconds"])
        assert {
            split: run.evaluation.for_split(split).errors for split in ("train", "valid", "test")
        } == figures["errors"]
        assert np.allclose(run.evaluation.probabilities, figures["probabilities"], atol=1e-4)
        photo, probabilities = figures["answer"]
        answer = load_classifier(upgraded, run_id).predict(open_stored(upgraded, photo), photo)
        assert answer.probabilities.tolist() == pytest.approx(probabilities, abs=0.01)


def test_the_fine_tuned_network_is_whole_and_its_job_tells_of_it(
    upgraded: Store, expected: Expected
) -> None:
    number, name, state, run, epochs = expected["fine-tuning"]
    job = last_job(upgraded, expected["workspace"])
    assert job is not None
    assert [job.id, job.name, job.state, job.run, len(job.history)] == [
        number,
        name,
        state,
        run,
        epochs,
    ]
    tuned = load_fine_tuned_weights(run_folder(upgraded, run))
    assert (
        len(tuned.network)
        == expected["in"][STARTER]["evaluations"][run]["files"]["network.safetensors"]
    )
    assert len(tuned.features) == load_run(run_folder(upgraded, run)).evaluation.splits.count(
        "train"
    )


def test_own_photos_jobs_and_experiments(upgraded: Store, expected: Expected) -> None:
    workspace = expected["workspace"]
    assert [[asked.photo, asked.name] for asked in asked_photos(upgraded, workspace)] == expected[
        "asked"
    ]
    with upgraded.reading() as session:
        jobs = session.scalars(select(JobRow).order_by(JobRow.id))
        ended = [
            [job.kind, job.state, job.message, job.run, job.started_at.isoformat()] for job in jobs
        ]
        experiments = session.scalars(select(ExperimentRow))
        results = [[row.fingerprint, row.kind, row.settings, row.result] for row in experiments]
    assert ended == expected["jobs"]
    assert results == expected["experiments"]


def test_report_texts(upgraded: Store, expected: Expected, chosen: str) -> None:
    written = texts(upgraded, expected["workspace"])
    assert {
        field: getattr(written, field) for field in expected["in"][chosen]["texts"]
    } == expected["in"][chosen]["texts"]


def test_a_search_in_the_same_database_goes_on(continued: Store, expected: Expected) -> None:
    def versions() -> tuple[str, str]:
        with continued.reading() as session:
            optunas = session.scalars(text("SELECT version_num FROM alembic_version")).one()
            ours = session.scalars(text("SELECT version_num FROM areole_schema_version")).one()
            return optunas, ours

    workspace, before = expected["workspace"], versions()
    dataset = find_dataset(continued, STARTER, workspace=workspace)
    run_trials(continued, TuningRequest(dataset, 1, workspace=workspace))
    with opened(continued, None, writing=False) as shared:
        study = find(shared, study_name(dataset, workspace))
        assert study is not None
        trials = [[trial.number, trial.value, trial.params] for trial in trials_of(study)]
    assert trials[:-1] == expected["in"][STARTER]["trials"]
    assert trials[-1][0] == 3
    open_store(continued.home).engine.dispose()
    assert versions() == before


def test_a_new_run_joins_the_old_ones(continued: Store, expected: Expected) -> None:
    workspace, name = expected["workspace"], expected["current"]
    dataset = find_dataset(continued, name, workspace=workspace)
    run = train_head_run(continued, TrainRequest(dataset, name="Today", workspace=workspace))
    assert run.card.fingerprint == expected["in"][name]["fingerprint"]
    assert [other.id for other in runs_of(continued, workspace)[1:]] == [
        row[0] for row in expected["in"][name]["runs"]
    ]
    assert runs_of(continued, workspace)[0].id == run.card.id


def test_the_folder_stays_as_it_is_in_the_archive(tmp_path: Path) -> None:
    """A sanity check of the fixture: small, and with nothing of a machine in it."""
    home = catalogue_v4.unpack(tmp_path)
    assert (
        sum(
            file.stat().st_size
            for file in Path(catalogue_v4.__file__).parent.iterdir()
            if file.is_file()
        )
        < 4_000_000
    )
    assert b"/tmp/" not in (home / "catalogue.db").read_bytes()
    assert len(list(home.rglob("*.jpg"))) == 56
