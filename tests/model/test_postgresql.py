"""The catalogue on PostgreSQL, on a server of the test's own. Skips where PostgreSQL is not installed."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from sqlalchemy import func, select, update

from model.cleaning import tell_label
from model.datasets import find_dataset
from model.jobs import DONE, RUNNING, enqueue, start_next
from model.requests import TrainRequest
from model.runs import FineTuneSettings
from model.schema import JobRow
from model.starter import STARTER, import_starter
from model.store import Store, open_store
from model.training import train_head_run
from model.workspaces import new_workspace_id

ROUNDS = 5


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A data folder whose catalogue is on PostgreSQL."""
    binary = shutil.which("pg_ctl")
    if binary is None:
        pytest.skip("PostgreSQL is not installed; on Debian: apt install postgresql")
    user = "postgres" if os.getuid() == 0 else None  # It does not run as root.
    folder = Path(tempfile.mkdtemp(prefix="pg"))  # A short path: sockets allow no longer one.
    if user:
        shutil.chown(folder, user)
    control = [str(Path(binary).resolve()), "-D", str(folder / "data"), "-s", "-w"]

    def run(*command: str) -> None:
        subprocess.run(command, user=user, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd=folder)

    run(*control, "initdb", "-o", "-A trust -U areole")
    run(*control, "-o", f"-k {folder} -c listen_addresses= -F", "-l", str(folder / "log"), "start")
    try:
        monkeypatch.setenv("AREOLE_DATABASE", f"postgresql+psycopg://areole@/postgres?host={folder}")
        opened = open_store(tmp_path / "home")
        import_starter(opened)
        yield opened
        opened.engine.dispose()
    finally:
        run(*control, "-m", "immediate", "stop")
        shutil.rmtree(folder)


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
    assert run.evaluation.of("valid").errors < 20
