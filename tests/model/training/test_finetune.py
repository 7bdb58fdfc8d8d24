"""Fine-tuning: fastai in a process of its own, queued, cancelled, killed and resumed; memory.

What is served is what was judged.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from sqlalchemy import delete

from model.catalogue.dataset import find_dataset
from model.catalogue.schema import FeatureRow, JobRow, LabelRow
from model.catalogue.starter import STARTER, import_starter
from model.catalogue.store import ROOT, Store, open_stored
from model.catalogue.workspaces import new_workspace_id
from model.classify.classifier import load_classifier
from model.errors import Cancelled, CannotTrain
from model.evaluation.numerics import cross_entropy
from model.jobs.queue import Job, cancel, last_job, resumable_job, resume, start_next
from model.jobs.records import (
    CANCELLED,
    DONE,
    FAILED,
    FINE_TUNE,
    KILLED,
    LR_FIND,
    QUEUED,
    RUNNING,
    JobKind,
)
from model.jobs.reports import checkpoint_file
from model.networks.backbones import BACKBONES, find_backbone
from model.networks.features import extract_features
from model.runs.run import load_fine_tuned_weights, load_run, run_folder
from model.runs.settings import Epoch, FineTuneSettings, HeadSettings
from model.training import memory
from model.training.fastai_callbacks import ReportCallback, Watcher
from model.training.finetune import fine_tune_run
from model.training.request import TrainRequest, enqueue_fine_tune, enqueue_lr_find

PHOTOS_A_CLASS = {"train": 6, "valid": 2, "test": 1}
TIMEOUT_S = 120


@pytest.fixture
def small(empty_store: Store) -> Store:
    """A data folder whose starter set has 27 photos."""
    import_starter(empty_store)
    kept: dict[tuple[str, str], int] = {}
    with empty_store.writing() as session:
        for row in session.query(LabelRow).order_by(LabelRow.file):
            kept[row.label, row.split] = kept.get((row.label, row.split), 0) + 1
            if kept[row.label, row.split] > PHOTOS_A_CLASS[row.split]:
                session.delete(row)
    return empty_store


def request(store: Store, workspace: str, epochs: int = 1) -> TrainRequest:
    """A fine-tuning of seconds."""
    settings = FineTuneSettings(epochs=epochs, image_px=64, batch_size=4)
    return TrainRequest(
        find_dataset(store, STARTER, workspace=workspace),
        settings=settings,
        name="small",
        workspace=workspace,
    )


def wait(
    store: Store, workspace: str, until: Callable[[Job], bool], kind: JobKind = FINE_TUNE
) -> Job:
    """Look at the workspace's job until something holds."""
    deadline = time.monotonic() + TIMEOUT_S
    while time.monotonic() < deadline:
        job = last_job(store, workspace, kind)
        assert job is not None
        if until(job):
            return job
        time.sleep(0.1)  # Polling another process.
    raise AssertionError(f"It does not get there: {job}")


def test_it_learns_in_another_process_and_is_served_as_it_was_judged(
    small: Store, workspace: str
) -> None:
    asked = request(small, workspace)
    first = enqueue_fine_tune(small, workspace, asked)
    assert enqueue_fine_tune(small, workspace, asked) == first  # A double click.
    job = wait(small, workspace, lambda job: job.is_over)
    assert (job.state, job.message, len(job.history)) == (DONE, "", 2)
    assert job.run is not None
    run, tuned = (
        load_run(run_folder(small, job.run)),
        load_fine_tuned_weights(run_folder(small, job.run)),
    )
    assert run.card.settings == asked.settings
    assert run.card.command.startswith("python -m model train --dataset starter --mode fine-tune")
    assert len(run.evaluation.photos) == 27
    assert tuned.features.shape == (18, find_backbone(asked.backbone).channels)
    classifier = load_classifier(small, job.run)
    table = run.evaluation.for_split("test")
    for row, photo in enumerate(table.photos):
        answer = classifier.predict(open_stored(small, photo), photo)
        assert answer.probabilities.tolist() == pytest.approx(
            table.probabilities[row].tolist(), abs=0.01
        )
    best, valid = run.card.history[run.card.best_epoch], run.evaluation.for_split("valid")
    assert best.error_rate == valid.errors / len(valid.labels)  # The curve and Evaluate agree.
    losses = cross_entropy(valid.logits, valid.labels)
    assert best.valid_loss == pytest.approx(float(losses.mean()), abs=1e-4)
    assert (run_folder(small, job.run) / "network.onnx").exists()
    assert not checkpoint_file(small, first).exists()
    untuned = extract_features(
        small, run.evaluation.for_split("train").photos, find_backbone(asked.backbone)
    )
    assert not np.allclose(untuned, tuned.features, atol=0.1)


def test_killed_it_says_so_and_goes_on_from_its_last_epoch(small: Store, workspace: str) -> None:
    job_id = enqueue_fine_tune(small, workspace, request(small, workspace, epochs=30))
    wait(small, workspace, lambda job: len(job.history) >= 2)
    with small.reading() as session:
        process = session.get_one(JobRow, job_id).process
    os.kill(process, signal.SIGKILL)
    broken = wait(small, workspace, lambda job: job.is_over)
    assert (broken.state, broken.message) == (FAILED, KILLED)
    assert list((small.runs).iterdir()) == []
    resume(small, workspace, job_id)
    going_on = wait(small, workspace, lambda job: len(job.history) > len(broken.history))
    assert going_on.id != job_id
    assert going_on.history[: len(broken.history)] == broken.history
    assert going_on.history[len(broken.history)].epoch == len(broken.history)
    cancel(small, workspace, going_on.id)
    over = wait(small, workspace, lambda job: job.is_over)
    assert over.state == DONE
    assert over.run is not None
    assert len(load_run(run_folder(small, over.run)).card.history) == len(over.history) < 31


def test_an_odd_name_and_a_new_container_break_nothing(
    small: Store, workspace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = replace(request(small, workspace, epochs=30), name="--resume")
    job_id = enqueue_fine_tune(small, workspace, odd)
    wait(small, workspace, lambda job: len(job.history) >= 1)
    monkeypatch.setattr("socket.gethostname", lambda: "another-container")
    running = last_job(small, workspace)
    assert running is not None
    assert (running.id, running.state, running.name) == (job_id, RUNNING, "--resume")
    with small.reading() as session:
        os.kill(session.get_one(JobRow, job_id).process, signal.SIGKILL)
    broken = wait(small, workspace, lambda job: job.is_over)
    assert broken.state == FAILED
    enqueue_fine_tune(
        small, other := new_workspace_id(), request(small, other, epochs=30)
    )  # Another's turn.
    resume(small, workspace, job_id)
    waiting = wait(small, workspace, lambda job: job.state == QUEUED)
    cancel(small, workspace, waiting.id)
    cancelled = wait(small, workspace, lambda job: job.is_over)
    assert (cancelled.state, resumable_job(small, cancelled)) == (CANCELLED, job_id)
    theirs = wait(small, other, lambda job: job.state == RUNNING)
    cancel(small, other, theirs.id)
    wait(small, other, lambda job: job.is_over)


def test_cancelled_while_it_judges_it_can_go_on(
    small: Store, workspace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("model.training.finetune.PHOTOS_A_CHECK", 1)
    checkpoint, asked = (
        small.home / "1.safetensors",
        replace(request(small, workspace), workspace=None),
    )
    judged: list[int] = []
    watcher = Watcher(
        on_evaluate=lambda done, total: judged.append(done), is_cancelled=lambda: len(judged) > 3
    )
    with pytest.raises(Cancelled, match="it can go on"):
        fine_tune_run(small, asked, watcher, checkpoint=checkpoint)
    assert len(judged) == 4
    epochs = [Epoch(number, 1.0, 1.0, 0.1, 2.0, 1e-3) for number in range(2)]
    run = fine_tune_run(small, asked, Watcher(), checkpoint=checkpoint, before=epochs)
    assert run is not None
    assert run.card.history == tuple(epochs)
    assert run.card.events == ("continued after epoch 1",)
    assert run.card.seconds > 4
    assert load_run(run_folder(small, run.card.id)).card == run.card


def test_cancelled_while_it_looks_or_learns(small: Store, workspace: str) -> None:
    asked = replace(request(small, workspace), workspace=None)
    unseen = replace(asked, backbone="efficientnet-lite2")
    with small.writing() as session:
        session.execute(delete(FeatureRow).where(FeatureRow.backbone == unseen.backbone))
    looked: list[int] = []
    watcher = Watcher(
        on_features=lambda done, total: looked.append(done), is_cancelled=lambda: True
    )
    with pytest.raises(Cancelled, match="before it began"):
        fine_tune_run(small, unseen, watcher)
    assert len(looked) == 1
    ended: list[Epoch] = []
    run = fine_tune_run(
        small, asked, Watcher(on_epoch=ended.append, is_cancelled=lambda: bool(ended))
    )
    assert run is not None
    assert run.card.events == ("cancelled after epoch 0",)


def test_losses_that_grow_beyond_all_bounds_are_a_sentence() -> None:
    progress = ReportCallback(Watcher(), FineTuneSettings(), lambda *_: (0.5, 0.5), None, [])
    progress.is_skipped, progress.valid_loss, progress.error_rate = False, float("nan"), 0.5
    progress.learn = SimpleNamespace(recorder=SimpleNamespace(values=[[1.0]]))
    with pytest.raises(CannotTrain, match="lower learning rate"):
        progress.after_epoch()


def test_a_workspace_whose_id_begins_with_a_dash_can_train(small: Store) -> None:
    workspace = "-" + new_workspace_id()[1:]
    enqueue_fine_tune(small, workspace, request(small, workspace))
    assert wait(small, workspace, lambda job: job.is_over).state == DONE


def test_one_at_a_time_and_cancelled_before_the_first_epoch(small: Store, workspace: str) -> None:
    other = new_workspace_id()
    enqueue_fine_tune(small, workspace, request(small, workspace, epochs=50))
    second = enqueue_fine_tune(small, other, request(small, other))
    waiting = last_job(small, other)
    assert waiting is not None
    assert (waiting.state, waiting.place) == (QUEUED, 1)
    cancel(small, workspace, second)  # Not hers.
    assert wait(small, other, lambda job: True).state == QUEUED
    cancel(small, other, second)
    assert wait(small, other, lambda job: True).state == CANCELLED
    third = enqueue_fine_tune(small, other, request(small, other))
    running = wait(small, workspace, lambda job: job.state == RUNNING)
    cancel(small, workspace, running.id)
    stopped = wait(small, workspace, lambda job: job.is_over)
    assert stopped.state in (CANCELLED, DONE)  # Nothing to keep, or an epoch that was over in time.
    started = wait(small, other, lambda job: job.state != QUEUED)
    assert started.id == third
    cancel(small, other, third)
    wait(small, other, lambda job: job.is_over)


def test_two_processes_learn_together_what_one_learns_alone(small: Store) -> None:
    """As `torchrun` on several GPUs or hosts: half the batch each, one run."""

    def losses(launcher: list[str], batch: int) -> list[dict[str, float]]:
        arguments = [
            "train",
            "--mode",
            "fine-tune",
            "--epochs",
            "2",
            "--image-px",
            "64",
            "--augmentation",
            "0",
            "--json",
        ]
        command = [sys.executable, "-m", *launcher, "model", *arguments, "--batch-size", str(batch)]
        environment = {**os.environ, "AREOLE_HOME": str(small.home)}
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT_S,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]

    together = losses(["torch.distributed.run", "--nproc-per-node", "2", "-m"], 3)
    alone = losses([], 6)
    for lines in (together, alone):
        assert [line["epoch"] for line in lines if "train_loss" in line] == [0, 1, 2]
        assert sum("run" in line for line in lines) == 1
    assert len(list(small.runs.iterdir())) == 2
    first, second = (
        [line["valid_loss"] for line in lines if "train_loss" in line]
        for lines in (together, alone)
    )
    assert first == pytest.approx(
        second, abs=0.25
    )  # Each process normalises its own half of a batch.


def test_the_learning_rate_finder_suggests_one(small: Store, workspace: str) -> None:
    asked = replace(request(small, workspace), settings=HeadSettings(batch_size=8))
    enqueue_lr_find(small, workspace, asked)
    job = wait(small, workspace, lambda job: job.is_over, LR_FIND)
    assert job.state == DONE
    assert job.rate_search is not None
    assert 1e-7 < job.rate_search["suggestion"] < 1
    assert len(job.rate_search["rates"]) == len(job.rate_search["losses"]) > 10
    assert job.rate_search["rates"] == sorted(job.rate_search["rates"])
    assert last_job(small, workspace) is None


def test_a_trainer_that_cannot_train_says_why(
    small: Store, workspace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = request(small, workspace)
    hopeless = replace(asked, settings=FineTuneSettings(batch_size=1024, image_px=512))
    enqueue_fine_tune(small, workspace, hopeless)
    job = wait(small, workspace, lambda job: job.is_over)
    assert job.state == FAILED
    assert "MB are free" in job.message
    start_next(small)


def test_memory_is_what_the_container_has_left(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    limit, use = tmp_path / "max", tmp_path / "current"
    limit.write_text("1500000000\n")
    use.write_text("500000000\n")
    monkeypatch.setattr(memory, "CGROUPS", ((limit, use), (tmp_path / "absent", use)))
    assert memory.free_mb() == 1000
    lite0 = BACKBONES["efficientnet-lite0"]
    assert memory.largest_batch(lite0, 224) == 4
    memory.check_memory(lite0, 4, 224)
    with pytest.raises(CannotTrain, match="A batch size of 4 fits"):
        memory.check_memory(lite0, 8, 224)
    use.write_text("1400000000\n")
    assert memory.largest_batch(lite0, 224) is None
    with pytest.raises(CannotTrain, match="head only"):
        memory.check_memory(lite0, 2, 224)
    limit.write_text("max\n")
    assert memory.free_mb() > 1000
