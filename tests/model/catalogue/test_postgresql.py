"""The catalogue on PostgreSQL, on a server of its own; skipped where none is installed."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from sqlalchemy import func, select, update

from model.catalogue.dataset import find_dataset
from model.catalogue.edits import DELETE, RELABEL
from model.catalogue.schema import JobRow
from model.catalogue.starter import STARTER, import_starter
from model.catalogue.store import Store, open_store, read_photo
from model.catalogue.workspaces import dataset_name, new_workspace_id
from model.cleaning.decisions import Decision, decide, label_photo, undo
from model.datasets.cleanup import clear_workspaces, unused_workspaces
from model.datasets.manage import (
    choose_dataset,
    copy_dataset,
    create_dataset,
    datasets_of,
    delete_dataset,
    extend_classes,
    remove_class,
    rename_class,
)
from model.datasets.quota import usage
from model.errors import NotFound
from model.jobs.queue import start_next
from model.jobs.records import DONE, RUNNING
from model.runs.listing import activate_run
from model.runs.settings import FineTuneSettings
from model.training.head_run import train_head_run
from model.training.request import TrainRequest, enqueue_fine_tune
from tests.model.catalogue.postgresql_server import postgresql
from tests.model.datasets.arriving import arriving, bring, name_of, note_run_of, pets
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

    monkeypatch.setattr("model.jobs.queue._spawn", spawn)
    dataset = find_dataset(store, STARTER)
    others = [open_store(store.home) for _ in range(4)]  # As many servers' pages.
    try:
        for number in range(1, ROUNDS + 1):
            requests = [
                TrainRequest(dataset, settings=FineTuneSettings(), workspace=new_workspace_id())
                for _ in others
            ]
            with ThreadPoolExecutor(len(others)) as pages:
                list(
                    pages.map(
                        lambda other, request: enqueue_fine_tune(
                            other, str(request.workspace), request
                        ),
                        others,
                        requests,
                    )
                )
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
    photo = next(
        labelled.photo
        for labelled in imported.photos
        if (labelled.split, labelled.label) == ("train", "tree")
    )
    label_photo(store, workspace, photo, "cactus")
    edited = find_dataset(store, STARTER, workspace=workspace)
    assert (edited.label_of(photo), imported.label_of(photo)) == ("cactus", "tree")
    run = train_head_run(store, TrainRequest(edited, workspace=workspace))
    assert run.evaluation.for_split("valid").errors < IN_SPLIT["valid"] / 4


def test_own_datasets_are_filled_edited_and_destroyed(store: Store) -> None:
    workspace, neighbour = new_workspace_id(), new_workspace_id()
    name, theirs = pets(store, workspace), pets(store, neighbour)
    extend_classes(store, workspace, name, "fox")
    report = bring(
        store,
        name,
        [arriving(20, "fox"), arriving(21, "fox", "test"), arriving(0, "cat")],
        workspace,
    )
    assert (report.added, report.doubles) == (2, 1)
    photo = next(
        labelled.photo
        for labelled in find_dataset(store, name).photos
        if (labelled.label, labelled.split) == ("cat", "train")
    )
    decide(store, workspace, [Decision(photo, RELABEL, "fox")])
    undo(store, workspace, 1)
    decide(store, workspace, [Decision(photo, RELABEL, "dog")])
    copy = copy_dataset(store, workspace, find_dataset(store, name, workspace=workspace), "Copy")
    rename_class(store, workspace, name, "fox", "red fox")
    remove_class(store, workspace, name, "red fox")
    assert find_dataset(store, copy).label_of(photo) == "dog"
    assert usage(store, workspace).photos == 10
    assert [dataset.photos for dataset in datasets_of(store, workspace)] == [PHOTOS, 8, 10]
    folder = note_run_of(store, workspace, name, "doomed")
    choose_dataset(store, workspace, name)
    activate_run(store, workspace, "doomed")
    for doomed in (copy, name):
        delete_dataset(store, workspace, doomed)
    assert not folder.exists()
    assert dataset_name(store, workspace) == STARTER
    assert len(find_dataset(store, theirs).photos) == 8
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
    assert sum(report.added for report in reports) == len(find_dataset(store, name).photos) == 40


def test_a_workspace_is_cleared(store: Store) -> None:
    workspace = new_workspace_id()
    name = pets(store, workspace)
    photo = next(
        photo.photo for photo in find_dataset(store, name).photos if photo.split == "train"
    )
    decide(store, workspace, [Decision(photo, DELETE)])
    undo(store, workspace, 1)
    note_run_of(store, workspace, name, "doomed")
    activate_run(store, workspace, "doomed")
    assert unused_workspaces(store, 1) == []
    clear_workspaces(store, unused_workspaces(store, 0))
    assert [dataset.name for dataset in datasets_of(store, None)] == [STARTER]
    with pytest.raises(NotFound):
        read_photo(store, name_of(0))
