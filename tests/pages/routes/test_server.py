"""How the server begins and ends."""

import gc
import subprocess
import sys
from pathlib import Path
from threading import Event

import pytest

from model.catalogue.store import Store
from model.classify.classifier import Classifier, load_classifier
from model.gather.background import SearchJob
from model.jobs.threads import BackgroundJob
from model.runs.run import SHIPPED
from pages.routes.server import close, warm_up
from pages.shared.cache.jobs import get_search_jobs
from pages.shared.cache.photos import get_classifier

ROOT = Path(__file__).parents[3]
LIGHT = """
import sys, streamlit
before = set(sys.modules)
import pages.routes.server
print(*sorted({name.split(".")[0] for name in set(sys.modules) - before}))
"""


def wait_for(event: Event) -> None:
    """Work that looks at nothing but an event."""
    event.wait()


def test_what_the_server_imports_before_it_answers_is_light() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIGHT], cwd=ROOT, capture_output=True, text=True, check=True
    )
    heavy = {"sqlalchemy", "torch", "onnxruntime", "pandas", "altair", "scipy", "fsspec"}
    assert not heavy & set(done.stdout.split())


def test_warm_up_loads_what_pages_use_and_freezes_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loaded = []

    def load(store: Store, run_id: str) -> Classifier:
        loaded.append(run_id)
        return load_classifier(store, run_id)

    monkeypatch.setattr("model.classify.classifier.load_classifier", load)
    try:
        warm_up()
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
    get_classifier(SHIPPED)
    assert loaded == [SHIPPED]
    assert "pages.parts.report.document" in sys.modules
    assert "pages.shared.charts.training" in sys.modules


def test_a_data_folder_that_cannot_be_opened_stops_no_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "home").write_text("A file where the folder should be")
    monkeypatch.setenv("AREOLE_HOME", str(tmp_path / "home"))
    try:
        warm_up()
    finally:
        gc.unfreeze()
    assert "Not warmed up" in caplog.text
    close()


def test_a_stop_ends_what_runs_in_the_background(workspace: str) -> None:
    began = Event()

    def work(job: BackgroundJob) -> None:
        began.set()
        while True:
            job.check()

    job = get_search_jobs().start(
        workspace, SearchJob("search", dataset="starter", source="openverse"), work
    )
    began.wait()
    close()
    assert not job.is_running
    assert job.error == "The server stopped."


def test_a_stop_does_not_wait_for_a_job_that_does_not_end(
    workspace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages.routes.server.STOP_S", 0.05)
    free = Event()
    search = SearchJob("search", dataset="starter", source="openverse")
    job = get_search_jobs().start(workspace, search, lambda _job: wait_for(free))
    close()
    assert job.is_running
    free.set()
    job.finished.wait()
