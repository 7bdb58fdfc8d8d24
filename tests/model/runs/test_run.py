"""Saved runs: made again, saved and loaded; damaged or hostile ones are refused."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select, update

from model.catalogue.dataset import find_dataset
from model.catalogue.schema import JobRow, RunRow
from model.catalogue.starter import STARTER, import_starter
from model.catalogue.store import Store
from model.catalogue.workspaces import new_workspace_id
from model.datasets.manage import copy_dataset, delete_dataset
from model.errors import CannotTrain, InvalidRequest, NotFound, StoreUnavailable
from model.jobs.queue import last_killed_job
from model.jobs.records import FAILED, HEAD, HEAD_KILLED, RUNNING, fail_orphaned_jobs, record_job
from model.runs.run import SHIPPED, load_run, run_folder, save_run
from model.runs.settings import Epoch, HeadSettings
from model.training.head_run import train_head_run
from model.training.request import TrainRequest


def test_the_shipped_run_trained_again_has_the_same_validation_error(
    store: Store, tmp_path: Path
) -> None:
    shipped = load_run(run_folder(store, SHIPPED))
    dataset = find_dataset(store, STARTER)
    assert shipped.card.fingerprint == dataset.fingerprint
    again = train_head_run(
        store,
        TrainRequest(dataset, shipped.card.backbone, shipped.card.settings),
        folder=tmp_path / "again",
    )
    assert (
        again.evaluation.for_split("valid").errors == shipped.evaluation.for_split("valid").errors
    )
    assert again.card.best_epoch == shipped.card.best_epoch
    assert np.allclose(again.evaluation.logits, shipped.evaluation.logits, atol=0.02)


def test_the_shipped_run_is_small_and_holds_no_pickle(store: Store) -> None:
    files = list(run_folder(store, SHIPPED).iterdir())
    assert {file.name for file in files} == {"card.json", "evaluation.json", "head.safetensors"}
    assert sum(file.stat().st_size for file in files) < 1_000_000


def test_the_shipped_card_says_how_to_repeat_it(store: Store) -> None:
    card = load_run(run_folder(store, SHIPPED)).card
    assert card.command.startswith(
        "python -m model train --dataset starter --mode head "
        "--backbone efficientnet-lite0 --epochs 10"
    )
    assert set(card.versions) == {"torch", "numpy", "pillow", "python"}
    assert len(card.history) == card.settings.epochs


def test_a_round_trip_changes_nothing(store: Store, tmp_path: Path) -> None:
    run = load_run(run_folder(store, SHIPPED))
    save_run(run, tmp_path / "copy")
    copy = load_run(tmp_path / "copy")
    assert copy.card == run.card
    assert np.array_equal(copy.weight, run.weight)
    assert np.array_equal(copy.evaluation.logits, run.evaluation.logits)
    assert [path.name for path in tmp_path.iterdir()] == ["copy"]


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("head.safetensors", b"\x80\x04\x95pickle"),
        ("head.safetensors", b""),
        ("card.json", b"{"),
        ("card.json", b'{"format": 99}'),
        ("evaluation.json", b"[]"),
    ],
)
def test_a_damaged_run_is_a_sentence(
    store: Store, tmp_path: Path, file: str, content: bytes
) -> None:
    save_run(load_run(run_folder(store, SHIPPED)), tmp_path / "run")
    (tmp_path / "run" / file).write_bytes(content)
    with pytest.raises(NotFound, match="Train again"):
        load_run(tmp_path / "run")


@pytest.mark.parametrize("name", ["../shipped", "/etc", "..", "", "a/b", "a\\b"])
def test_a_runs_name_cannot_leave_the_folder(store: Store, name: str) -> None:
    with pytest.raises(NotFound):
        run_folder(store, name)


def test_a_training_is_kept_and_its_job_done(store: Store) -> None:
    run = train_head_run(
        store, TrainRequest(find_dataset(store, STARTER), settings=HeadSettings(epochs=2))
    )
    assert load_run(run_folder(store, run.card.id)).card == run.card
    with store.writing() as session:
        assert session.get(RunRow, run.card.id) is not None
        assert session.scalars(select(JobRow.state).order_by(JobRow.id.desc())).first() == "done"


def test_a_training_that_cannot_work_says_so_in_its_job(store: Store) -> None:
    dataset = find_dataset(store, STARTER)
    blind = replace(
        dataset, photos=tuple(labelled for labelled in dataset.photos if labelled.split != "valid")
    )
    with pytest.raises(CannotTrain):
        train_head_run(store, TrainRequest(blind))
    with store.writing() as session:
        job = session.scalars(select(JobRow).order_by(JobRow.id.desc())).first()
        assert job is not None
        assert (job.state, "no validation photos" in job.message) == (FAILED, True)


def test_a_killed_training_is_noticed_and_stays_failed(empty_store: Store) -> None:
    mine = new_workspace_id()
    import_starter(empty_store)
    with record_job(empty_store, HEAD, {}, workspace=mine):
        fail_orphaned_jobs(empty_store)
        with empty_store.writing() as session:
            assert session.scalars(select(JobRow.state)).one() == RUNNING
        with empty_store.writing() as session:
            session.execute(
                update(JobRow).values(process_started=1.0)
            )  # Another process had this number.
        assert last_killed_job(empty_store, mine, HEAD) is not None
    with empty_store.writing() as session:
        job = session.scalars(select(JobRow)).one()
        assert (job.state, job.message) == (FAILED, HEAD_KILLED)
    with record_job(empty_store, HEAD, {}, workspace=mine):
        pass
    assert last_killed_job(empty_store, mine, HEAD) is None


def test_saving_replaces_a_run_and_nothing_else(store: Store, tmp_path: Path) -> None:
    run = load_run(run_folder(store, SHIPPED))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(StoreUnavailable, match="holds other things"):
        save_run(run, tmp_path / "mine")
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"
    for _ in range(2):
        save_run(run, tmp_path / "run")
    with pytest.raises(StoreUnavailable, match="cannot be saved"):
        save_run(run, Path("/proc/areole/run"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "run"]


def test_files_are_json_a_person_can_read(store: Store) -> None:
    card = json.loads((run_folder(store, SHIPPED) / "card.json").read_text())
    assert card["classes"] == ["cactus", "succulent", "tree"]
    assert card["history"][0]["epoch"] == 0


def test_a_run_on_a_dataset_that_was_deleted_meanwhile_is_not_kept(
    store: Store, workspace: str
) -> None:
    name = copy_dataset(store, workspace, find_dataset(store, STARTER), "Short-lived")
    request = TrainRequest(find_dataset(store, name), workspace=workspace)
    before = set(store.runs.iterdir())

    def delete_at_once(epoch: Epoch) -> None:
        if epoch.epoch == 0:
            delete_dataset(store, workspace, name)

    with pytest.raises(InvalidRequest, match="deleted during training"):
        train_head_run(store, request, on_epoch=delete_at_once)
    assert set(store.runs.iterdir()) == before
