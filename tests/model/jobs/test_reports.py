"""Reports of a trainer, those of an earlier version included."""

import json

import pytest

from model.catalogue.store import Store
from model.catalogue.workspaces import new_workspace_id
from model.jobs.queue import enqueue, last_job
from model.jobs.records import FINE_TUNE, JobKind, JobState
from model.jobs.reports import Stage, report_file


def test_stored_words_stay_as_they_are() -> None:
    assert list(JobKind) == ["head", "fine-tune", "lr-find", "intake"]
    assert list(JobState) == ["queued", "running", "stopping", "done", "failed", "cancelled"]


@pytest.mark.parametrize(
    ("line", "stage"),
    [
        ({"stage": "training"}, Stage.TRAINING),
        ({"stage": "evaluating"}, Stage.EVALUATING),
        ({"stage": "judging"}, Stage.LOADING),
        ({"doing": "looking"}, Stage.LOADING),  # Before stages had their names
        ({"stage": None}, Stage.LOADING),
    ],
)
def test_unknown_stages_read_as_loading(
    bare_store: Store, monkeypatch: pytest.MonkeyPatch, line: dict[str, object], stage: Stage
) -> None:
    monkeypatch.setattr("model.jobs.queue.start_next", lambda store: None)
    workspace = new_workspace_id()
    number = enqueue(bare_store, workspace, FINE_TUNE, ["train"], "Reported")
    file = report_file(bare_store, number)
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps({"done": 5, "total": 20, "epochs": 4, **line}) + "\n")
    job = last_job(bare_store, workspace)
    assert job is not None
    assert (job.stage, job.done, job.state) == (stage, 5, JobState.QUEUED)
