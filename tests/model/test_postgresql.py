"""The catalogue on PostgreSQL, on a server of the test's own. Skips where PostgreSQL is not installed."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from sqlalchemy import func, select, update

from model.cleaning import Decision, decide, tell_label, undo
from model.clearing import clear_workspaces, unused_workspaces
from model.datasets import find_dataset
from model.edits import DELETE, RELABEL
from model.errors import NotFound
from model.jobs import DONE, RUNNING, enqueue, start_next
from model.own_datasets import (
    add_class,
    choose_dataset,
    copy_dataset,
    create_dataset,
    datasets_of,
    delete_dataset,
    remove_class,
    rename_class,
)
from model.quota import usage
from model.requests import TrainRequest
from model.runs import FineTuneSettings
from model.schema import JobRow
from model.starter import STARTER, import_starter
from model.store import Store, open_store, read_photo
from model.training import train_head_run
from model.workspace_runs import activate_run
from model.workspaces import dataset_name, new_workspace_id
from tests.model.arriving import arriving, bring, name_of, note_run_of, pets
from tests.model.postgresql_server import postgresql
from tests.starter_set import IN_SPLIT, PHOTOS

ROUNDS = 5


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A data folder whose catalogue is on PostgreSQL."""
    with postgresql() as database:
        monkeypatch.setenv("AREOLE_DATABASE", database)
        opened = open_store(tmp_path / "home")
        import_starter(opened)
        yield opened
        opened.engine.dispose()


def test_two_pages_start_one_trainer(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    sleepers: list[psutil.Popen] = []

    def spawn(_store: Store, _job: JobRow) -> psutil.Popen:
        sleepers.append(psutil.Popen(["sleep", "60"]))
        return sleepers[-1]

    monkeypatch.setattr("model.jobs._spawn", spawn)
    dataset = find_dataset(store, STARTER)
    others = [open_store(store.home) for _ in range(4)]  # As many servers' pages.
    try:
        for number in range(1, ROUNDS + 1):
            requests = [TrainRequest(dataset, settings=FineTuneSettings(), workspace=new_workspace_id()) for _ in others]
            with ThreadPoolExecutor(len(others)) as pages:
                list(pages.map(lambda other, asked: enqueue(other, str(asked.workspace), asked), others, requests))
                list(pages.map(start_next, others))
            with store.writing() as session:
                assert session.scalar(select(func.count()).where(JobRow.state == RUNNING)) == 1
                session.execute(update(JobRow).values(state=DONE))
            assert len(sleepers) == number
    finally:
        for sleeper in sleepers:
            sleeper.kill()
        for other in others:
            other.engine.dispose()


def test_edit_and_train(store: Store) -> None:
    workspace = new_workspace_id()
    imported = find_dataset(store, STARTER)
    photo = next(member.photo for member in imported.members if (member.split, member.label) == ("train", "tree"))
    tell_label(store, workspace, photo, "cactus")
    edited = find_dataset(store, STARTER, workspace=workspace)
    assert (edited.label_of(photo), imported.label_of(photo)) == ("cactus", "tree")
    run = train_head_run(store, TrainRequest(edited, workspace=workspace))
    assert run.evaluation.of("valid").errors < IN_SPLIT["valid"] / 4


def test_own_datasets_are_filled_edited_and_destroyed(store: Store) -> None:
    workspace, neighbour = new_workspace_id(), new_workspace_id()
    name, theirs = pets(store, workspace), pets(store, neighbour)
    add_class(store, workspace, name, "fox")
    report = bring(store, name, [arriving(20, "fox"), arriving(21, "fox", "test"), arriving(0, "cat")], workspace)
    assert (report.added, report.doubles) == (2, 1)
    photo = next(one.photo for one in find_dataset(store, name).members if (one.label, one.split) == ("cat", "train"))
    decide(store, workspace, [Decision(photo, RELABEL, "fox")])
    undo(store, workspace, 1)
    decide(store, workspace, [Decision(photo, RELABEL, "dog")])
    copy = copy_dataset(store, workspace, find_dataset(store, name, workspace=workspace), "Copy")
    rename_class(store, workspace, name, "fox", "red fox")
    remove_class(store, workspace, name, "red fox")
    assert find_dataset(store, copy).label_of(photo) == "dog"
    assert usage(store, workspace).photos == 10
    assert [one.photos for one in datasets_of(store, workspace)] == [PHOTOS, 8, 10]
    folder = note_run_of(store, workspace, name, "doomed")
    choose_dataset(store, workspace, name)
    activate_run(store, workspace, "doomed")
    for doomed in (copy, name):
        delete_dataset(store, workspace, doomed)
    assert not folder.exists()
    assert dataset_name(store, workspace) == STARTER
    assert len(find_dataset(store, theirs).members) == 8
    assert read_photo(store, name_of(0))
    with pytest.raises(NotFound):
        read_photo(store, name_of(20))


def test_two_servers_fill_one_dataset_at_once(store: Store) -> None:
    workspace, other = new_workspace_id(), open_store(store.home)
    name = create_dataset(store, "Pets", ["cat", "dog"], owner=workspace)
    with ThreadPoolExecutor(2) as servers:
        cats = [arriving(seed, "cat") for seed in range(40)]
        reports = list(servers.map(lambda each: bring(each, name, cats, workspace), (store, other)))
    other.engine.dispose()
    assert sorted([report.added + report.doubles for report in reports]) == [40, 40]
    assert sum(report.added for report in reports) == len(find_dataset(store, name).members) == 40


def test_a_workspace_is_cleared(store: Store) -> None:
    workspace = new_workspace_id()
    name = pets(store, workspace)
    photo = next(one.photo for one in find_dataset(store, name).members if one.split == "train")
    decide(store, workspace, [Decision(photo, DELETE)])
    undo(store, workspace, 1)
    note_run_of(store, workspace, name, "doomed")
    activate_run(store, workspace, "doomed")
    assert unused_workspaces(store, 1) == []
    clear_workspaces(store, unused_workspaces(store, 0))
    assert [one.name for one in datasets_of(store, None)] == [STARTER]
    with pytest.raises(NotFound):
        read_photo(store, name_of(0))
