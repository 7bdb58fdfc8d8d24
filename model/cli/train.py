"""The commands `train` and `lr-find`; started by a page they are a job of the catalogue."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict, dataclass, fields
from functools import wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from model.catalogue.dataset import check_trainable, find_dataset
from model.catalogue.starter import STARTER
from model.catalogue.store import Store
from model.cli.output import (
    DONE,
    MOST_SEED,
    BackboneOption,
    DatasetOption,
    JsonOption,
    WorkspaceOption,
    open_catalogue,
    progress,
    tell,
)
from model.errors import Cancelled, InvalidRequest
from model.jobs.queue import start_next
from model.jobs.records import (
    FINE_TUNE,
    LR_FIND,
    JobKind,
    is_stopping,
    record_end,
    record_job,
    set_job_run,
)
from model.jobs.reports import Stage, checkpoint_file, epochs_in, reports_of
from model.networks.backbones import DEFAULT_BACKBONE, find_backbone
from model.progress import Pace, Progress
from model.runs.run import Run
from model.runs.settings import MODES, Epoch, FineTuneSettings, HeadSettings, Keep, Mode, Settings
from model.runtime import is_main_process
from model.training.estimates import TimeLeft
from model.training.request import TrainRequest, option

if TYPE_CHECKING:
    from model.training.head_lr_finder import LearningRateResult

PHOTOS_A_REPORT, STEPS_A_REPORT = 20, 5
TRAINER_NICENESS = 10  # Answers to visitors go first.
JobOption = Annotated[int | None, typer.Option(hidden=True)]  # Its number, when a page started it


@dataclass(frozen=True)
class Options:
    """The options of both commands; a setting without a value has its mode's default."""

    dataset: DatasetOption = STARTER
    backbone: BackboneOption = DEFAULT_BACKBONE
    mode: Mode = Mode.HEAD
    epochs: Annotated[int | None, typer.Option(min=1, max=1000)] = None
    learning_rate: Annotated[float | None, typer.Option("--lr", min=1e-8, max=10)] = None
    weight_decay: Annotated[float | None, typer.Option(min=0, max=10)] = None
    batch_size: Annotated[int | None, typer.Option(min=1, max=1024)] = None
    image_px: Annotated[int | None, typer.Option(min=64, max=512)] = None
    augmentation: Annotated[
        float | None,
        typer.Option(min=0, max=3, help="How strongly photos are varied; 0: not at all."),
    ] = None
    frozen_epochs: Annotated[int | None, typer.Option(min=0, max=100)] = None
    label_smoothing: Annotated[float | None, typer.Option(min=0, max=0.9)] = None
    keep: Annotated[
        Keep | None,
        typer.Option(help="The epoch that becomes the run: lowest valid_loss, or last."),
    ] = None
    patience: Annotated[
        int | None,
        typer.Option(min=0, max=1000, help="Stop after so many epochs without progress."),
    ] = None
    seed: Annotated[int | None, typer.Option(min=0, max=MOST_SEED)] = None
    workspace: WorkspaceOption = None
    edits: Annotated[
        int | None, typer.Option(metavar="N", help="With the workspace's edits up to number N.")
    ] = None
    job: JobOption = None
    as_json: JsonOption = False


def with_options(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command, before its own options, those of Options: its first argument."""
    shared = signature(Options).parameters

    @wraps(command)
    def run(**given: Any) -> int:  # noqa: ANN401  # As typer read them.
        options = Options(**{name: given.pop(name) for name in shared})
        return command(options, **given)

    own = list(signature(command).parameters.values())[1:]
    every = [value.replace(kind=Parameter.KEYWORD_ONLY) for value in (*shared.values(), *own)]
    run.__signature__ = Signature(every)  # type: ignore[attr-defined]  # typer reads it.
    return run


@dataclass(frozen=True)
class Task:
    """A training to do in this process: what to train, as which job, and where to say so."""

    store: Store
    request: TrainRequest
    job: int | None
    as_json: bool

    def is_cancelled(self) -> bool:
        """True once a page asked this job to stop."""
        return self.job is not None and is_stopping(self.store, self.job)

    def show_epoch(self, epoch: Epoch) -> None:
        """Print a finished epoch's figures."""
        if is_main_process():
            losses = f"{epoch.train_loss:10.4f} {epoch.valid_loss:10.4f} {epoch.error_rate:10.4f}"
            sentence = f"epoch {epoch.epoch:2d} {losses} {epoch.seconds:8.3f} s"
            tell(self.as_json, asdict(epoch), sentence)


@with_options
def train(
    options: Options,
    *,
    name: Annotated[
        str, typer.Option(help="The run's name on the pages.")
    ] = "Trained from the shell",
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Save the run here, not in the data folder."),
    ] = None,
    resume: JobOption = None,
) -> int:
    """Train and save the run."""
    store, job = open_catalogue(), options.job
    with record_end(store, job) if job else nullcontext():  # Failures before the start too
        task, folder = _task(store, options, name), out and out.resolve()
        is_head = options.mode is Mode.HEAD
        run = _train_head(task, folder) if is_head else _fine_tune(task, folder, resume)
    if run is not None:  # None in all processes of a training but the main one
        valid, card = run.evaluation.for_split("valid"), run.card
        line = {"run": card.id, "error_rate": valid.errors / len(valid.labels)}
        wrong = f"{valid.errors} of {len(valid.labels)} validation photos wrong"
        line |= {"best_epoch": card.best_epoch, "seconds": card.seconds}
        kept = card.history[-1].epoch if card.settings.keep == "last" else card.best_epoch
        tell(options.as_json, line, f"run {card.id}: {wrong}, epoch {kept}")
    return DONE


@with_options
def lr_find(options: Options) -> int:
    """Try ever larger learning rates, as fastai's lr_find, and suggest one."""
    store, pace = open_catalogue(), Pace()

    def report(done: int, total: int) -> None:
        pace.report(done, total)
        if options.as_json and done % STEPS_A_REPORT == 0:
            tell(True, {"done": done, "total": total, "left_s": pace.seconds_left}, "")

    with _as_job(store, options.job, LR_FIND, {}):
        task = _task(store, options)
        _check_memory(task.request)
        result = _try_learning_rates(task, report)
        tell(options.as_json, asdict(result), f"suggested learning rate: {result.suggestion:.2g}")
    return DONE


def _try_learning_rates(task: Task, report: Progress) -> "LearningRateResult":
    if isinstance(task.request.settings, HeadSettings):
        from model.training.head_lr_finder import find_head_learning_rate

        def report_and_check(done: int, total: int) -> None:
            if task.is_cancelled():
                raise Cancelled("Cancelled.")
            report(done, total)

        return find_head_learning_rate(task.store, task.request, report_and_check)
    from model.training.fastai_callbacks import Watcher  # fastai, as in _fine_tune
    from model.training.lr_finder import find_learning_rate

    watcher = Watcher(on_batch=report, is_cancelled=task.is_cancelled)
    return find_learning_rate(task.store, task.request, watcher)


def _task(store: Store, options: Options, name: str = "") -> Task:
    workspace = options.workspace
    data = find_dataset(store, options.dataset, workspace=workspace, edits=options.edits)
    request = TrainRequest(data, options.backbone, _settings(options), name, workspace)
    return Task(store, request, options.job, options.as_json)


def _train_head(task: Task, folder: Path | None) -> Run:
    from model.training.head_run import train_head_run

    with progress("Extracting features") as bar:
        return train_head_run(
            task.store, task.request, folder=folder, on_features=bar, on_epoch=task.show_epoch
        )


@dataclass
class Reports:
    """JSON lines on how far a fine-tuning is, which the page that started it reads."""

    epochs: int  # Frozen ones included
    time_left: TimeLeft
    is_wanted: bool

    def batch(self, done: int, total: int) -> None:
        """Report a batch of the whole training."""
        self.time_left.batch(done, total)
        self.write(done, total, Stage.TRAINING)

    def features(self, done: int, total: int) -> None:
        """Report photos whose features were extracted before the training."""
        self.time_left.features(done, total)
        self.write(done, total, Stage.FEATURES)

    def evaluated(self, done: int, total: int) -> None:
        """Report photos that were evaluated after the training."""
        self.time_left.evaluated(done, total)
        if done % PHOTOS_A_REPORT == 0:
            self.write(done, total, Stage.EVALUATING)

    def write(self, done: int, total: int, stage: Stage) -> None:
        """Print a line: units done and in all, the stage, and the seconds until the end."""
        if self.is_wanted:
            line = {"done": done, "total": total, "stage": stage, "epochs": self.epochs}
            print(json.dumps({**line, "left_s": round(self.time_left.seconds, 1)}), flush=True)


def _fine_tune(task: Task, folder: Path | None, resume: int | None) -> Run | None:
    """Fine-tune in this process; as a job of the catalogue, report to it and obey it."""
    store, request, settings = task.store, task.request, task.request.settings
    assert isinstance(settings, FineTuneSettings)
    epochs = settings.frozen_epochs + settings.epochs
    wanted = task.as_json and is_main_process()
    with _as_job(store, task.job, FINE_TUNE, {"name": request.name, **asdict(settings)}):
        check_trainable(request.dataset)
        _check_memory(request)
        reports = Reports(epochs, TimeLeft(store, request), is_wanted=wanted)
        reports.write(0, 1, Stage.LOADING)
        from model.training.fastai_callbacks import Watcher  # fastai: five seconds and 300 MB,
        from model.training.finetune import fine_tune_run  # which no other command needs.

        earlier_epochs, checkpoint = _resumed(store, task.job, resume)
        for epoch in earlier_epochs:
            task.show_epoch(epoch)

        def on_epoch(epoch: Epoch) -> None:
            reports.time_left.epoch(epoch.epoch)
            task.show_epoch(epoch)

        watcher = Watcher(
            reports.batch, on_epoch, reports.features, reports.evaluated, task.is_cancelled
        )
        run = fine_tune_run(
            store, request, watcher, folder=folder, checkpoint=checkpoint, before=earlier_epochs
        )
        if checkpoint:
            checkpoint.unlink(missing_ok=True)
        if task.job and run:
            set_job_run(store, task.job, run.card.id)
    return run


def _check_memory(request: TrainRequest) -> None:
    from model.training.memory import check_memory

    settings = request.settings
    if isinstance(settings, FineTuneSettings):
        backbone = find_backbone(request.backbone)
        check_memory(backbone, settings.batch_size, settings.image_px)


@contextmanager
def _as_job(
    store: Store, job: int | None, kind: JobKind, settings: dict[str, object]
) -> Iterator[None]:
    """Work as the job a page started, or record one; at the end start the next in the queue."""
    recorded: AbstractContextManager[None] = nullcontext()
    if job:
        os.setpriority(os.PRIO_PROCESS, 0, TRAINER_NICENESS)
        recorded = record_end(store, job)
    elif is_main_process():
        recorded = record_job(store, kind, settings)
    try:
        with recorded:
            yield
    finally:
        if job:
            start_next(store)


def _resumed(store: Store, job: int | None, resume: int | None) -> tuple[list[Epoch], Path | None]:
    """Find the epochs of the job to resume, and take over its checkpoint file."""
    if not job:
        return [], None
    own_checkpoint = checkpoint_file(store, job)
    if not resume:
        return [], own_checkpoint
    resumed_checkpoint = checkpoint_file(store, resume)
    if resumed_checkpoint.exists():
        resumed_checkpoint.replace(own_checkpoint)
    return epochs_in(reports_of(store, resume)), own_checkpoint


def _settings(options: Options) -> Settings:
    """Fill the mode's settings with the options given. Raises InvalidRequest for another mode's."""
    kind = MODES[options.mode]
    every_name = {setting.name for settings in MODES.values() for setting in fields(settings)}
    values = {name: value for name in every_name if (value := getattr(options, name)) is not None}
    for name in values.keys() - {setting.name for setting in fields(kind)}:
        raise InvalidRequest(f"There is no {option(name)} in the mode {options.mode}.")
    return kind(**values)
