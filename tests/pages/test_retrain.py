"""Retrain: a head in a moment, its curves, the runs, what is done with them, and where training
cannot work.
"""

import json
import os
from types import SimpleNamespace

import numpy as np
import psutil
import pytest
from streamlit.testing.v1 import AppTest

from model.catalogue.dataset import find_dataset
from model.catalogue.schema import JobRow
from model.catalogue.starter import STARTER
from model.catalogue.store import Store
from model.catalogue.workspaces import ensure_workspace, new_workspace_id
from model.jobs.queue import last_job
from model.jobs.records import (
    DONE,
    FAILED,
    FINE_TUNE,
    KILLED,
    LR_FIND,
    QUEUED,
    RUNNING,
    JobKind,
    JobState,
    host_of,
)
from model.jobs.reports import checkpoint_file, report_file
from model.jobs.threads import BackgroundJobs
from model.runs.listing import active_run, runs_of
from model.runs.run import SHIPPED, load_card, run_folder
from model.runs.settings import Epoch, HeadSettings
from model.training.background import HeadJob, start_training
from model.training.request import TrainRequest
from model.wording import curve_finding
from tests.conftest import fabricate
from tests.pages.conftest import APP, text


def retrain(workspace: str) -> AppTest:
    """Open the page."""
    app = AppTest.from_file(APP, default_timeout=60)
    app.query_params["w"] = workspace
    app.run().switch_page("pages/retrain.py").run()
    assert not app.exception
    return app


def train(app: AppTest) -> AppTest:
    """Press Train and watch to the end."""
    app.button(key="retrain_start").click().run()
    for _ in range(100):
        if not app.button(key="retrain_start").disabled:
            return app
        app.run()
    raise AssertionError("The training does not end.")


def test_the_first_look_shows_how_the_run_in_use_was_trained(workspace: str) -> None:
    app = retrain(workspace)
    assert "**Shipped head**" in text(app)
    assert "more epochs may help" in text(app)
    assert not app.button(key="retrain_start").disabled
    assert not app.warning


def test_a_head_is_trained_used_renamed_and_deleted(store: Store, workspace: str) -> None:
    app = retrain(workspace)
    app.slider(key="retrain_epochs").set_value(3).run()
    train(app)
    [own] = [entry for entry in runs_of(store, workspace) if entry.own]
    assert own.name == "Head, 3 epochs"
    assert len(load_card(run_folder(store, own.id)).history) == 3
    app.button(key=f"retrain_use_{own.id}").click().run()
    assert active_run(store, workspace) == own.id
    assert "Head, 3 epochs" in "\n".join(part.value for part in app.sidebar.markdown)
    app.text_input(key=f"retrain_name_{own.id}").set_value("  *Mine*  ").run()
    assert r"\*Mine\*" in text(app)
    app.button(key=f"retrain_delete_{own.id}").click().run()
    assert active_run(store, workspace) == SHIPPED
    assert not run_folder(store, own.id).exists()
    assert not app.exception


def test_every_setting_reaches_the_run_and_its_command(store: Store, workspace: str) -> None:
    app = retrain(workspace)
    app.select_slider(key="retrain_learning_rate").set_value(1e-3)
    app.select_slider(key="retrain_batch_size").set_value(32)
    app.slider(key="retrain_label_smoothing").set_value(0.1)
    app.toggle(key="retrain_keep").set_value(True)
    app.number_input(key="retrain_patience").set_value(4)
    app.number_input(key="retrain_seed").set_value(7)
    app.text_input(key="retrain_name").set_value("All of it").run()
    train(app)
    [own] = [entry for entry in runs_of(store, workspace) if entry.own]
    card = load_card(run_folder(store, own.id))
    assert card.settings == HeadSettings(10, 1e-3, 0.01, 32, 0.1, "last", 4, 7)
    assert (
        "--lr 0.001 --weight-decay 0.01 --batch-size 32 --label-smoothing 0.1 --keep last "
        "--patience 4" in card.command
    )
    assert json.dumps(card.command) in json.dumps([code.value for code in app.code])


def test_a_dataset_that_cannot_be_trained_on_says_why_before_the_start(store: Store) -> None:
    workspace, _ = fabricate(
        store,
        ("ash", "beech"),
        [("ash", "train"), ("beech", "valid")],
        np.zeros((2, 2), np.float32),
    )
    app = retrain(workspace)
    assert "ash has 1 training photos" in app.warning[0].value
    assert app.button(key="retrain_start").disabled


def test_another_visitors_runs_are_not_listed(store: Store, workspace: str) -> None:
    other = new_workspace_id()
    train(retrain(other))
    assert [entry for entry in runs_of(store, workspace) if entry.own] == []


def test_a_double_click_starts_one_training_and_another_wish_waits(
    store: Store, workspace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("model.training.background.SAME_CLICK_S", 60.0)  # A slow machine's
    jobs, dataset = BackgroundJobs[HeadJob](), find_dataset(store, STARTER)
    request = TrainRequest(
        dataset, settings=HeadSettings(epochs=2), name="twice", workspace=workspace
    )
    first = start_training(jobs, store, workspace, request)
    assert start_training(jobs, store, workspace, request) is first
    assert first.finished.wait(60)
    assert start_training(jobs, store, workspace, request) is first
    assert len([entry for entry in runs_of(store, workspace) if entry.own]) == 1


def test_a_training_that_fails_is_a_sentence(
    store: Store, workspace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("model.training.head_run.train_head", lambda *_: 1 / 0)
    app = retrain(workspace)
    train(app)
    assert "The server's log says why" in app.error[0].value.replace("\\", "")
    assert not app.exception


@pytest.mark.parametrize(
    ("losses", "said"),
    [
        ([(3, 3), (2, 2), (1, 1)], "still falling at the end"),
        (
            [(3, 3), (2, 2), (1, 2.5)],
            "From epoch 2 on the validation loss rises while the train loss still falls",
        ),
        ([(3, 3), (2, 2), (2.5, 2.5)], "was lowest after epoch 1"),
        ([(3, 0.9), (2, 0.5), (1, 0.5), (0.5, 0.5001)], "was lowest after epoch 1"),
        ([(3, 0.9), (2, 0.5), (1, 0.8), (0.5, 0.505)], "was lowest after epoch 1"),
    ],
)
def test_what_the_curves_say(losses: list[tuple[float, float]], said: str) -> None:
    history = [
        Epoch(number, train, valid, 0.1, 1.0, 1e-3) for number, (train, valid) in enumerate(losses)
    ]
    assert said in curve_finding(history)


def note_job(
    store: Store, workspace: str, state: JobState, message: str = "", kind: JobKind = FINE_TUNE
) -> int:
    """A job as a trainer would have left it; a running one is this process."""
    with store.writing() as session:
        ensure_workspace(session, workspace)
        row = JobRow(
            workspace=workspace,
            kind=kind,
            state=state,
            host=host_of(store),
            message=message,
            settings={"arguments": ["train"], "name": "*noted*"},
            process=os.getpid(),
            process_started=psutil.Process().create_time(),
        )
        session.add(row)
        session.flush()
        return row.id


def report(store: Store, job: int, *lines: dict[str, object]) -> None:
    """What a trainer has printed."""
    file = report_file(store, job)
    file.parent.mkdir(exist_ok=True)
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))


EPOCH: dict[str, object] = {
    "epoch": 0,
    "train_loss": 0.9,
    "valid_loss": 0.8,
    "error_rate": 0.2,
    "seconds": 3.0,
    "learning_rate": 1e-4,
}


def test_a_fine_tuning_under_way_is_found_and_a_second_waits(store: Store, workspace: str) -> None:
    job = note_job(store, workspace, RUNNING)
    report(
        store,
        job,
        EPOCH,
        {"done": 30, "total": 60, "stage": "training", "epochs": 4, "left_s": 24.1},
    )
    app = retrain(workspace)
    assert r"\*noted\*" in text(app)
    [bar] = app.get("progress")
    assert bar.proto.text == "Epoch 1 of 0 to 3, batch 30 of 60, about 25 s left"
    assert "After epoch 0: valid_loss 0.800, 20.0% of the validation photos wrong." in text(app)
    app.segmented_control(key="retrain_mode").set_value("fine-tune").run()
    assert app.button(key="retrain_start").disabled
    other = new_workspace_id()
    waiting = retrain(other)
    waiting.segmented_control(key="retrain_mode").set_value("fine-tune").run()
    waiting.button(key="retrain_start").click().run()
    queued = last_job(store, other)
    assert queued is not None
    assert (queued.state, queued.place) == (QUEUED, 1)
    waiting.button(key="retrain_cancel_job").click().run()
    assert "Cancelled while it waited" in waiting.info[0].value
    note_end(store, job)


def note_end(store: Store, job: int) -> None:
    """The noted job is over: the next test's turn."""
    with store.writing() as session:
        session.get_one(JobRow, job).state = FAILED


def test_a_killed_fine_tuning_says_so_and_offers_to_go_on(store: Store, workspace: str) -> None:
    job = note_job(store, workspace, FAILED, KILLED)
    report(store, job, EPOCH)
    checkpoint_file(store, job).write_bytes(b"")
    app = retrain(workspace)
    assert "was killed, or ran out of memory" in app.error[0].value.replace("\\", "")
    assert app.button(key="retrain_resume").label == "Go on after epoch 0"
    app.button(key="retrain_close_job").click().run()
    assert not app.error


def test_backbones_side_by_side_take_a_head_only(store: Store, workspace: str) -> None:
    app = retrain(workspace)
    title = "EfficientNet-Lite0 + Lite2"
    assert title in app.selectbox(key="retrain_backbone").options
    app.selectbox(key="retrain_backbone").set_value("efficientnet-lite0-lite2")
    app.segmented_control(key="retrain_mode").set_value("fine-tune").run()
    assert title not in app.selectbox(key="retrain_backbone_tuned").options
    assert f"{title} is not offered here: it is for a head only." in captions(app)
    assert not app.exception
    app.segmented_control(key="retrain_mode").set_value("head").run()
    assert f"{title} is not offered" not in captions(app)
    train(app)
    [own] = [entry for entry in runs_of(store, workspace) if entry.own]
    assert load_card(run_folder(store, own.id)).backbone == "efficientnet-lite0-lite2"
    assert own.name == f"Head, 10 epochs, {title}"


def captions(app: AppTest) -> str:
    return "\n".join(caption.value for caption in app.caption)


def test_too_little_memory_or_disk_is_refused_with_what_to_do(
    workspace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("model.training.memory.free_mb", lambda: 900)
    app = retrain(workspace)
    app.segmented_control(key="retrain_mode").set_value("fine-tune").run()
    app.select_slider(key="retrain_batch_size_tuned").set_value(32).run()
    assert "MB are free. A batch size of 2 fits" in app.warning[0].value.replace("\\", "")
    assert app.button(key="retrain_start").disabled
    app.segmented_control(key="retrain_mode").set_value("head").run()
    assert not app.warning
    monkeypatch.setattr(
        "model.training.memory.shutil.disk_usage", lambda folder: SimpleNamespace(free=3_000_000)
    )
    app.run()
    assert "The disk has 3 MB left" in app.warning[0].value


def test_the_finders_suggestion_is_taken_over(store: Store, workspace: str) -> None:
    job = note_job(store, workspace, DONE, kind=LR_FIND)
    report(
        store, job, {"rates": [1e-5, 1e-3, 1e-1], "losses": [1.0, 0.5, 3.0], "suggestion": 1.8e-3}
    )
    app = retrain(workspace)
    assert "For the head, fastai's valley rule suggests 1.8e-03" in text(app)
    app.button(key="retrain_use_lr").click().run()
    assert app.select_slider(key="retrain_learning_rate").value == 2e-3
