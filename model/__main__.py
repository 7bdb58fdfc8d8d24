"""The command line: `python -m model predict | evaluate | train | lr-find | features`.

JSON goes to standard output, everything human to standard error. Exit code 0: done, 1: some inputs failed, 2: wrong usage.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, fields
from pathlib import Path
from time import perf_counter
from typing import TypeVar, get_args

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import save_file
from tqdm import tqdm

from model.answers import Answer
from model.backbones import BACKBONES, DEFAULT_BACKBONE, find_backbone
from model.classifier import load_classifier
from model.datasets import SPLITS, check_trainable, find_dataset
from model.errors import AreoleError, NotFound, PhotoRefused, StoreUnavailable
from model.evaluation import confusion_matrix, per_class
from model.features import STORED, features
from model.jobs import FINE_TUNE, LR_FIND, checkpoint_file, ending, epochs_of, is_stopping, note_run, recorded, start_next
from model.memory import check_memory
from model.photos import open_file
from model.process import speaks_for_all
from model.requests import TrainRequest, option
from model.runs import MODES, SHIPPED, Epoch, FineTuneSettings, Keep, Run, Settings
from model.sources import dataset_sources, decoded, folder_sources
from model.starter import STARTER, import_starter
from model.store import Store, open_store
from model.training import train_head_run
from model.trust import Trust

ALL_SETTINGS = {setting.name for kind in MODES.values() for setting in fields(kind)}
LOOKS_A_REPORT, STEPS_A_REPORT = 20, 5
TRAINER_NICENESS = 10  # Whoever classifies a photo meanwhile goes first.
DONE, SOME_FAILED, WRONG_USAGE = 0, 1, 2

Number = TypeVar("Number", int, float)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; its exit code."""
    options = _parser().parse_args(arguments)
    try:
        store = open_store()
        with _progress("Importing the starter set") as progress:
            import_starter(store, progress)
        code: int = options.command(store, options)
    except AreoleError as error:
        _say(str(error))
        return WRONG_USAGE
    return code


def predict(store: Store, options: argparse.Namespace) -> int:
    """Classify photo files, one line each."""
    classifier = load_classifier(store, options.run)
    failed = 0
    for file in options.photos:
        try:
            answer = classifier.answer(open_file(file).image)
        except PhotoRefused as error:
            failed += 1
            line: dict[str, object] = {"file": str(file), "error": str(error)}
            sentence = f"{file}: {error}"
        else:
            line = {"file": str(file), "label": answer.best, "probabilities": _by_class(answer), "sure": answer.trust is Trust.SURE}
            sentence = f"{file}: {_in_words(answer)}"
        _tell(options, line, sentence)
    return SOME_FAILED if failed else DONE


def evaluate(store: Store, options: argparse.Namespace) -> int:
    """Classify every photo of a folder of class folders, or of a dataset, and count."""
    classifier = load_classifier(store, options.run)
    classes, started = classifier.run.card.classes, perf_counter()
    folder = Path(options.data)
    sources = folder_sources(folder, classes) if folder.is_dir() else dataset_sources(store, options.data, options.split, classes)
    confusion, trusted = np.zeros((len(classes), len(classes)), np.int64), dict.fromkeys(Trust, 0)
    failed = withheld = 0
    for source, image in tqdm(decoded(sources), total=len(sources), unit=" photos", disable=None):
        if isinstance(image, AreoleError):
            failed += 1
            _say(f"{source.name}: {image}")
            continue
        answer = classifier.answer(image)
        predicted = int(answer.probabilities.argmax())
        confusion += confusion_matrix(np.array([source.label]), np.array([predicted]), len(classes))
        trusted[answer.trust] += 1
        withheld += predicted == source.label and answer.trust is not Trust.SURE
    n, right = int(confusion.sum()), int(confusion.trace())
    if not n:
        raise NotFound(f"There is no photo to evaluate in {options.data}.")
    figures = {
        "n": n,
        "error_rate": (n - right) / n,
        "classes": classes,
        "confusion": confusion.tolist(),
        "per_class": per_class(confusion, classes),
        "trust": {str(trust): count for trust, count in trusted.items()},
        "right_but_not_sure": withheld / max(right, 1),
        "failed": failed,
        "seconds": round(perf_counter() - started, 3),
    }
    _tell(options, figures, f"{n - right} of {n} wrong: error rate {(n - right) / n:.1%}, {failed} unreadable")
    return SOME_FAILED if failed else DONE


def train(store: Store, options: argparse.Namespace) -> int:
    """Train a head and save the run."""

    def show(epoch: Epoch) -> None:
        if not speaks_for_all():
            return
        figures = f"{epoch.train_loss:10.4f} {epoch.valid_loss:10.4f} {epoch.error_rate:10.4f} {epoch.seconds:8.3f} s"
        _tell(options, asdict(epoch), f"epoch {epoch.epoch:2d} {figures}")

    dataset = find_dataset(store, options.dataset, workspace=options.workspace, edits=options.edits)
    request = TrainRequest(dataset, options.backbone, _settings(options), options.name, options.workspace)
    folder = options.out and options.out.resolve()
    if request.mode == "head":
        with _progress("Looking at the photos") as progress:
            run = train_head_run(store, request, folder=folder, on_features=progress, on_epoch=show)
    else:
        tuned = _fine_tune(store, request, options, folder, show)
        if tuned is None:  # Another process of this training speaks for all.
            return DONE
        run = tuned
    valid = run.evaluation.of("valid")
    line = {
        "run": run.card.id,
        "error_rate": valid.errors / len(valid.labels),
        "best_epoch": run.card.best_epoch,
        "seconds": run.card.seconds,
    }
    _tell(
        options,
        line,
        f"run {run.card.id}: {valid.errors} of {len(valid.labels)} validation photos wrong, epoch {run.card.best_epoch}",
    )
    return DONE


def lr_find(store: Store, options: argparse.Namespace) -> int:
    """Suggest a learning rate for a training."""
    dataset = find_dataset(store, options.dataset, workspace=options.workspace, edits=options.edits)
    request = TrainRequest(dataset, options.backbone, _settings(options), "", options.workspace)
    started = perf_counter()

    def report(done: int, total: int) -> None:
        if options.json and done % STEPS_A_REPORT == 0:
            print(json.dumps({"done": done, "total": total, "seconds": round(perf_counter() - started, 2)}), flush=True)

    def is_cancelled() -> bool:
        return bool(options.job) and is_stopping(store, options.job)

    with _as_job(store, options, LR_FIND, {}):
        from model.finetune import Watcher
        from model.lr_finder import find_learning_rate  # fastai, as in _fine_tune.

        found = find_learning_rate(store, request, Watcher(on_batch=report, is_cancelled=is_cancelled))
        _tell(options, asdict(found), f"suggested learning rate: {found.suggestion:.2g}")
    return DONE


@contextmanager
def _as_job(store: Store, options: argparse.Namespace, kind: str, settings: dict[str, object]) -> Iterator[None]:
    """Work as the catalogue's job that a page asked for, or as one of its own; at the end it is the next one's turn."""
    try:
        with ending(store, options.job) if options.job else recorded(store, kind, settings) if speaks_for_all() else nullcontext():
            if options.job:
                os.nice(TRAINER_NICENESS)
            yield
    finally:
        if options.job:
            start_next(store)


def _fine_tune(
    store: Store, request: TrainRequest, options: argparse.Namespace, folder: Path | None, show: Callable[[Epoch], None]
) -> Run | None:
    """Fine-tune in this process; as a job of the catalogue, report to it and listen to it."""
    settings, backbone = request.settings, find_backbone(request.backbone)
    assert isinstance(settings, FineTuneSettings)
    started = perf_counter()

    def report(done: int, total: int, *, judging: bool = False) -> None:
        if options.json and speaks_for_all():
            epochs, seconds = settings.frozen_epochs + settings.epochs, round(perf_counter() - started, 2)
            line = {"done": done, "total": total, "judging": judging, "epochs": epochs, "seconds": seconds}
            print(json.dumps(line), flush=True)

    def look(done: int, total: int) -> None:
        if done % LOOKS_A_REPORT == 0:
            report(done, total, judging=True)

    def is_cancelled() -> bool:
        return bool(options.job) and is_stopping(store, options.job)

    with _as_job(store, options, FINE_TUNE, {"name": request.name, **asdict(settings)}):
        check_trainable(request.dataset)
        check_memory(backbone, settings.batch_size, settings.image_px)
        report(0, 1)
        from model.finetune import Watcher, fine_tune_run  # fastai: five seconds and 300 MB that no other command needs.

        before, checkpoint = _before(store, options)
        for epoch in before:
            show(epoch)
        watcher = Watcher(report, show, look, is_cancelled)
        run = fine_tune_run(store, request, watcher, folder=folder, checkpoint=checkpoint, before=before)
        if checkpoint:
            checkpoint.unlink(missing_ok=True)
        if options.job and run:
            note_run(store, options.job, run.card.id)
    return run


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
    return epochs_of(store, options.resume), own


def _settings(options: argparse.Namespace) -> Settings:
    """The settings that were given, the mode's own defaults for the rest. Raises NotFound for one that the mode does not have."""
    kind = MODES[options.mode]
    given = {name: getattr(options, name) for name in ALL_SETTINGS if getattr(options, name) is not None}
    for name in given:
        if name not in {setting.name for setting in fields(kind)}:
            raise NotFound(f"There is no {option(name)} in the mode {options.mode}.")
    return kind(**given)


def export_features(store: Store, options: argparse.Namespace) -> int:
    """Compute a dataset's features anew and write them as safetensors: how the starter set's own file was made."""
    dataset, backbone = find_dataset(store, options.dataset), find_backbone(options.backbone)
    with _progress("Looking at the photos") as progress:
        vectors = features(store, [member.photo for member in dataset.members], backbone, progress)
    try:
        save_file({backbone.name: vectors.astype(STORED)}, options.out)
    except (OSError, SafetensorError) as error:
        raise StoreUnavailable(f"{options.out} cannot be written: {error}. Name another file.") from error
    _say(f"{len(vectors)} photos, {vectors.shape[1]} features each -> {options.out}")
    return DONE


def _by_class(answer: Answer) -> dict[str, float]:
    return {name: round(float(p), 6) for name, p in zip(answer.classes, answer.probabilities, strict=True)}


def _in_words(answer: Answer) -> str:
    if answer.trust is Trust.UNFAMILIAR:
        return f"looks like none of {', '.join(answer.classes)}"
    return f"{answer.best}, {answer.probability:.0%}{'' if answer.trust is Trust.SURE else ', not sure'}"


def _tell(options: argparse.Namespace, line: dict[str, object], sentence: str) -> None:
    """One fact: as JSON for programs, or as a sentence for a person."""
    if options.json:
        print(json.dumps(line), flush=True)
    else:
        _say(sentence)


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)


@contextmanager
def _progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal that appears with the first report."""
    with tqdm(desc=title, unit=" photos", disable=None, delay=0.1, leave=False) as bar:

        def report(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield report


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m model", description="Classify, evaluate and train from a shell.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    asked = commands.add_parser("predict", help="classify photo files")
    asked.add_argument("photos", nargs="+", type=Path, metavar="PHOTO")
    asked.set_defaults(command=predict)

    evaluated = commands.add_parser("evaluate", help="count the errors on a folder of class folders, or on a dataset")
    evaluated.add_argument("data", nargs="?", default=STARTER, metavar="FOLDER|DATASET")
    evaluated.add_argument("--split", choices=[*SPLITS, "all"], default="valid", help="of a dataset (default: %(default)s)")
    evaluated.set_defaults(command=evaluate)

    trained = commands.add_parser("train", help="train and save the run")
    trained.add_argument("--name", default="Trained from the shell", help="what the pages call the run")
    trained.add_argument("--resume", type=int, help=argparse.SUPPRESS)  # The job that it goes on from.
    trained.add_argument("--out", type=Path, metavar="FOLDER", help="save the run here instead of in the data folder")
    trained.set_defaults(command=train)

    tried = commands.add_parser("lr-find", help="try ever larger learning rates, as fastai's lr_find, and suggest one")
    tried.set_defaults(command=lr_find)

    exported = commands.add_parser("features", help="write a dataset's features as safetensors")
    exported.add_argument("--out", type=Path, required=True, metavar="FILE")
    exported.set_defaults(command=export_features)

    for command in (asked, evaluated):
        command.add_argument("--run", default=SHIPPED, help="which run answers (default: the one that ships)")
    for command in (trained, tried):
        command.add_argument("--mode", choices=list(MODES), default="head")
        command.add_argument("--epochs", type=_between(int, 1, 1000))
        command.add_argument("--lr", dest="learning_rate", type=_between(float, 1e-8, 10.0))
        command.add_argument("--weight-decay", type=_between(float, 0.0, 10.0))
        command.add_argument("--batch-size", type=_between(int, 1, 1024))
        command.add_argument("--image-px", type=_between(int, 64, 512))
        command.add_argument("--augmentation", type=_between(float, 0.0, 3.0), help="how strongly photos are varied; 0: not at all")
        command.add_argument("--frozen-epochs", type=_between(int, 0, 100))
        command.add_argument("--label-smoothing", type=_between(float, 0.0, 0.9))
        command.add_argument("--keep", choices=get_args(Keep), help="which epoch becomes the run: lowest valid_loss, or last")
        command.add_argument("--patience", type=_between(int, 0, 1000), help="stop after so many epochs without a lower valid_loss")
        command.add_argument("--seed", type=_between(int, 0, 2**63 - 1))
        command.add_argument("--job", type=int, help=argparse.SUPPRESS)  # Its number in the catalogue, when a page asked for it.
        command.add_argument("--workspace", help="with this workspace's edits, as a run of its own")
        command.add_argument("--edits", type=int, metavar="N", help="with those of its edits up to number N")
    for command in (trained, tried, exported):
        command.add_argument("--dataset", default=STARTER)
        known = " ".join(f"{row.name}: {row.title}. {row.note}" for row in BACKBONES.values())
        command.add_argument("--backbone", choices=list(BACKBONES), default=DEFAULT_BACKBONE, help=known)
    for command in (asked, evaluated, trained, tried):
        command.add_argument("--json", action="store_true", help="write JSON lines to standard output")
    return parser


def _between(kind: type[Number], least: Number, most: Number) -> Callable[[str], Number]:
    """An argument's type that also knows its range."""

    def parse(text: str) -> Number:
        value = kind(text)
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"{text} is not between {least} and {most}")
        return value

    parse.__name__ = kind.__name__  # argparse names it in "invalid int value".
    return parse


if __name__ == "__main__":
    sys.exit(main())
