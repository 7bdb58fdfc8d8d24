"""The commands that train: `train` and `lr-find`. Pages start the same commands; then the catalogue knows them as a job."""

import argparse
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, fields
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import get_args

from model.catalogue.dataset import check_trainable, find_dataset
from model.catalogue.store import Store
from model.cli.output import DONE, between, progress, tell
from model.errors import NotFound
from model.jobs.queue import is_stopping, set_job_run, start_next
from model.jobs.records import FINE_TUNE, LR_FIND, record_end, record_job
from model.jobs.reports import Doing, checkpoint_file, epochs_in, reports_of
from model.networks.backbones import find_backbone
from model.runs.run import Run
from model.runs.settings import MODES, Epoch, FineTuneSettings, Keep, Settings
from model.runtime import is_main_process
from model.training.head_run import train_head_run
from model.training.memory import check_memory
from model.training.request import TrainRequest, option

ALL_SETTINGS = {setting.name for kind in MODES.values() for setting in fields(kind)}
LOOKS_A_REPORT, STEPS_A_REPORT = 20, 5
TRAINER_NICENESS = 10  # Whoever classifies a photo meanwhile goes first.


def add_train_commands(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> tuple[argparse.ArgumentParser, ...]:
    """Teach the command line to train."""
    trained = commands.add_parser("train", help="train and save the run")
    trained.add_argument(
        "--name", default="Trained from the shell", help="what the pages call the run"
    )
    trained.add_argument(
        "--resume", type=int, help=argparse.SUPPRESS
    )  # The job that it goes on from.
    trained.add_argument(
        "--out", type=Path, metavar="FOLDER", help="save the run here instead of in the data folder"
    )
    trained.set_defaults(command=train)

    tried = commands.add_parser(
        "lr-find", help="try ever larger learning rates, as fastai's lr_find, and suggest one"
    )
    tried.set_defaults(command=lr_find)

    for command in (trained, tried):
        command.add_argument("--mode", choices=list(map(str, MODES)), default="head")
        command.add_argument("--epochs", type=between(int, 1, 1000))
        command.add_argument("--lr", dest="learning_rate", type=between(float, 1e-8, 10.0))
        command.add_argument("--weight-decay", type=between(float, 0.0, 10.0))
        command.add_argument("--batch-size", type=between(int, 1, 1024))
        command.add_argument("--image-px", type=between(int, 64, 512))
        command.add_argument(
            "--augmentation",
            type=between(float, 0.0, 3.0),
            help="how strongly photos are varied; 0: not at all",
        )
        command.add_argument("--frozen-epochs", type=between(int, 0, 100))
        command.add_argument("--label-smoothing", type=between(float, 0.0, 0.9))
        command.add_argument(
            "--keep",
            choices=get_args(Keep),
            help="which epoch becomes the run: lowest valid_loss, or last",
        )
        command.add_argument(
            "--patience",
            type=between(int, 0, 1000),
            help="stop after so many epochs without a lower valid_loss",
        )
        command.add_argument("--seed", type=between(int, 0, 2**63 - 1))
        command.add_argument(
            "--job", type=int, help=argparse.SUPPRESS
        )  # Its number in the catalogue, when a page asked for it.
        command.add_argument("--workspace", help="with this workspace's edits, as a run of its own")
        command.add_argument(
            "--edits", type=int, metavar="N", help="with those of its edits up to number N"
        )
    return trained, tried


def train(store: Store, options: argparse.Namespace) -> int:
    """Train and save the run; what goes wrong before it begins is noted too."""
    with record_end(store, options.job) if options.job else nullcontext():
        return _train(store, options)


def _train(store: Store, options: argparse.Namespace) -> int:
    def show(epoch: Epoch) -> None:
        if not is_main_process():
            return
        figures = f"{epoch.train_loss:10.4f} {epoch.valid_loss:10.4f} {epoch.error_rate:10.4f} {epoch.seconds:8.3f} s"
        tell(options, asdict(epoch), f"epoch {epoch.epoch:2d} {figures}")

    dataset = find_dataset(store, options.dataset, workspace=options.workspace, edits=options.edits)
    request = TrainRequest(
        dataset, options.backbone, _settings(options), options.name, options.workspace
    )
    folder = options.out and options.out.resolve()
    if request.mode == "head":
        with progress("Looking at the photos") as bar:
            run = train_head_run(store, request, folder=folder, on_features=bar, on_epoch=show)
    else:
        tuned = _fine_tune(store, request, options, folder, show)
        if tuned is None:  # Another process of this training speaks for all.
            return DONE
        run = tuned
    valid = run.evaluation.for_split("valid")
    line = {
        "run": run.card.id,
        "error_rate": valid.errors / len(valid.labels),
        "best_epoch": run.card.best_epoch,
        "seconds": run.card.seconds,
    }
    tell(
        options,
        line,
        f"run {run.card.id}: {valid.errors} of {len(valid.labels)} validation photos wrong, epoch {run.card.best_epoch}",
    )
    return DONE


def lr_find(store: Store, options: argparse.Namespace) -> int:
    """Suggest a learning rate for a training."""
    started = perf_counter()

    def report(done: int, total: int) -> None:
        if options.json and done % STEPS_A_REPORT == 0:
            print(
                json.dumps(
                    {"done": done, "total": total, "seconds": round(perf_counter() - started, 2)}
                ),
                flush=True,
            )

    with _as_job(store, options, LR_FIND, {}):
        dataset = find_dataset(
            store, options.dataset, workspace=options.workspace, edits=options.edits
        )
        request = TrainRequest(dataset, options.backbone, _settings(options), "", options.workspace)
        if isinstance(request.settings, FineTuneSettings):
            check_memory(
                find_backbone(request.backbone),
                request.settings.batch_size,
                request.settings.image_px,
            )
        from model.training.fastai_callbacks import Watcher
        from model.training.lr_finder import find_learning_rate  # fastai, as in _fine_tune.

        found = find_learning_rate(
            store,
            request,
            Watcher(on_batch=report, is_cancelled=lambda: _is_cancelled(store, options)),
        )
        tell(options, asdict(found), f"suggested learning rate: {found.suggestion:.2g}")
    return DONE


def _fine_tune(
    store: Store,
    request: TrainRequest,
    options: argparse.Namespace,
    folder: Path | None,
    show: Callable[[Epoch], None],
) -> Run | None:
    """Fine-tune in this process; as a job of the catalogue, report to it and listen to it."""
    settings, backbone = request.settings, find_backbone(request.backbone)
    assert isinstance(settings, FineTuneSettings)
    began: list[
        tuple[float, int]
    ] = []  # When the first batch was reported, and its number: a resumed training has skipped some

    def report(done: int, total: int, doing: Doing = "learning") -> None:
        if doing == "learning" and done and not began:
            began.append((perf_counter(), done))
        if options.json and is_main_process():
            epochs, (start, since) = (
                settings.frozen_epochs + settings.epochs,
                began[0] if began else (perf_counter(), 0),
            )
            line = {"done": done, "total": total, "doing": doing, "epochs": epochs, "since": since}
            print(json.dumps({**line, "seconds": round(perf_counter() - start, 2)}), flush=True)

    def judge(done: int, total: int) -> None:
        if done % LOOKS_A_REPORT == 0:
            report(done, total, "judging")

    with _as_job(store, options, FINE_TUNE, {"name": request.name, **asdict(settings)}):
        check_trainable(request.dataset)
        check_memory(backbone, settings.batch_size, settings.image_px)
        report(0, 1, "waking")
        from model.training.fastai_callbacks import Watcher
        from model.training.finetune import (
            fine_tune_run,
        )  # fastai: five seconds and 300 MB that no other command needs.

        before, checkpoint = _before(store, options)
        for epoch in before:
            show(epoch)
        watcher = Watcher(
            report,
            show,
            partial(report, doing="looking"),
            judge,
            lambda: _is_cancelled(store, options),
        )
        run = fine_tune_run(
            store, request, watcher, folder=folder, checkpoint=checkpoint, before=before
        )
        if checkpoint:
            checkpoint.unlink(missing_ok=True)
        if options.job and run:
            set_job_run(store, options.job, run.card.id)
    return run


def _is_cancelled(store: Store, options: argparse.Namespace) -> bool:
    return bool(options.job) and is_stopping(store, options.job)


@contextmanager
def _as_job(
    store: Store, options: argparse.Namespace, kind: str, settings: dict[str, object]
) -> Iterator[None]:
    """Work as the catalogue's job that a page asked for, or as one of its own; at the end it is the next one's turn."""
    try:
        with (
            record_end(store, options.job)
            if options.job
            else record_job(store, kind, settings)
            if is_main_process()
            else nullcontext()
        ):
            if options.job:
                os.setpriority(os.PRIO_PROCESS, 0, TRAINER_NICENESS)
            yield
    finally:
        if options.job:
            start_next(store)


def _before(store: Store, options: argparse.Namespace) -> tuple[list[Epoch], Path | None]:
    """The epochs of the job that this one goes on from, and the file for its own checkpoint, which begins as that one's."""
    if not options.job:
        return [], None
    own = checkpoint_file(store, options.job)
    if not options.resume:
        return [], own
    other = checkpoint_file(store, options.resume)
    if other.exists():
        other.replace(own)
    return epochs_in(reports_of(store, options.resume)), own


def _settings(options: argparse.Namespace) -> Settings:
    """The settings that were given, the mode's own defaults for the rest. Raises NotFound for one that the mode does not have."""
    kind = MODES[options.mode]
    given = {
        name: getattr(options, name) for name in ALL_SETTINGS if getattr(options, name) is not None
    }
    for name in given:
        if name not in {setting.name for setting in fields(kind)}:
            raise NotFound(f"There is no {option(name)} in the mode {options.mode}.")
    return kind(**given)
