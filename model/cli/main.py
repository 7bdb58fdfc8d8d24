"""The command line: `python -m model predict | evaluate | train | lr-find | gather | import | export | datasets | ...`.

JSON goes to standard output, everything human to standard error. Exit code 0: done, 1: some inputs failed, 2: wrong usage.
"""

import argparse
from pathlib import Path
from time import perf_counter

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import save_file
from tqdm import tqdm

from model.catalogue.dataset import SPLITS, find_dataset
from model.catalogue.measures import (
    MEASURES,
    load_fingerprints,
    load_qualities,
    pack_fingerprints,
    pack_measures,
)
from model.catalogue.starter import STARTER, import_starter
from model.catalogue.store import Store, open_store
from model.classify.answer import Prediction
from model.classify.batches import dataset_sources, decoded, folder_sources
from model.classify.classifier import load_classifier
from model.cli.gather import add_gather_commands
from model.cli.output import DONE, SOME_FAILED, WRONG_USAGE, progress, say, tell
from model.cli.report import add_report_command
from model.cli.train import add_train_commands
from model.cli.tune import add_search_command
from model.datasets.export import write_zip
from model.errors import AreoleError, NotFound, PhotoRefused, StoreUnavailable
from model.evaluation.confidence import Trust
from model.evaluation.table import confusion_matrix, per_class
from model.networks.backbones import BACKBONES, DEFAULT_BACKBONE, find_backbone
from model.networks.features import STORED, extract_features
from model.photos.image import open_file
from model.runs.run import SHIPPED


def main(arguments: list[str] | None = None) -> int:
    """Run one command; its exit code."""
    options = _parser().parse_args(arguments)
    try:
        store = open_store()
        with progress("Importing the starter set") as bar:
            import_starter(store, bar)
        code: int = options.command(store, options)
    except AreoleError as error:
        say(str(error))
        return WRONG_USAGE
    return code


def predict(store: Store, options: argparse.Namespace) -> int:
    """Classify photo files, one line each."""
    classifier = load_classifier(store, options.run)
    failed = 0
    for file in options.photos:
        try:
            answer = classifier.predict(open_file(file).image)
        except PhotoRefused as error:
            failed += 1
            line: dict[str, object] = {"file": str(file), "error": str(error)}
            sentence = f"{file}: {error}"
        else:
            line = {
                "file": str(file),
                "label": answer.best,
                "probabilities": _by_class(answer),
                "sure": answer.trust is Trust.SURE,
            }
            sentence = f"{file}: {_in_words(answer)}"
        tell(options, line, sentence)
    return SOME_FAILED if failed else DONE


def evaluate(store: Store, options: argparse.Namespace) -> int:
    """Classify every photo of a folder of class folders, or of a dataset, and count."""
    classifier = load_classifier(store, options.run)
    classes, started = classifier.run.card.classes, perf_counter()
    folder = Path(options.data)
    sources = (
        folder_sources(folder, classes)
        if folder.is_dir()
        else dataset_sources(store, options.data, options.split, classes)
    )
    confusion, trusted = np.zeros((len(classes), len(classes)), np.int64), dict.fromkeys(Trust, 0)
    failed = withheld = 0
    for source, image in tqdm(decoded(sources), total=len(sources), unit=" photos", disable=None):
        if isinstance(image, AreoleError):
            failed += 1
            say(f"{source.name}: {image}")
            continue
        answer = classifier.predict(image)
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
    tell(
        options,
        figures,
        f"{n - right} of {n} wrong: error rate {(n - right) / n:.1%}, {failed} unreadable",
    )
    return SOME_FAILED if failed else DONE


def export_dataset(store: Store, options: argparse.Namespace) -> int:
    """Write a dataset, as it is or as a workspace has edited it, as a ZIP of class folders."""
    imported = find_dataset(store, options.dataset)
    dataset = find_dataset(store, options.dataset, workspace=options.workspace)
    try:
        with options.out.open("wb") as file:
            write_zip(store, dataset, imported, file)
    except OSError as error:
        raise StoreUnavailable(
            f"{options.out} cannot be written: {error}. Name another file."
        ) from error
    say(f"{len(dataset.photos)} photos -> {options.out}")
    return DONE


def export_features(store: Store, options: argparse.Namespace) -> int:
    """Write a dataset's features and measures as safetensors. The starter set's own file must be deleted to be made anew."""
    dataset, backbone = find_dataset(store, options.dataset), find_backbone(options.backbone)
    with progress("Looking at the photos") as bar:
        photos = [labelled.photo for labelled in dataset.photos]
        vectors = extract_features(store, photos, backbone, bar)
        measures = pack_measures(load_qualities(store, photos, bar)[photo] for photo in photos)
    try:
        arrays = pack_fingerprints(load_fingerprints(store, photos).values())
        arrays |= {backbone.name: vectors.astype(STORED), MEASURES: measures}
        save_file(arrays, options.out)
    except (OSError, SafetensorError) as error:
        raise StoreUnavailable(
            f"{options.out} cannot be written: {error}. Name another file."
        ) from error
    say(f"{len(vectors)} photos, {vectors.shape[1]} features each -> {options.out}")
    return DONE


def _by_class(answer: Prediction) -> dict[str, float]:
    return {
        name: round(float(p), 6)
        for name, p in zip(answer.classes, answer.probabilities, strict=True)
    }


def _in_words(answer: Prediction) -> str:
    if answer.trust is Trust.UNFAMILIAR:
        return f"looks like none of {', '.join(answer.classes)}"
    return f"{answer.best}, {answer.probability:.0%}{'' if answer.trust is Trust.SURE else ', not sure'}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m model", description="Classify, evaluate and train from a shell."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    asked = commands.add_parser("predict", help="classify photo files")
    asked.add_argument("photos", nargs="+", type=Path, metavar="PHOTO")
    asked.set_defaults(command=predict)

    evaluated = commands.add_parser(
        "evaluate", help="count the errors on a folder of class folders, or on a dataset"
    )
    evaluated.add_argument("data", nargs="?", default=STARTER, metavar="FOLDER|DATASET")
    evaluated.add_argument(
        "--split",
        choices=[*SPLITS, "all"],
        default="valid",
        help="of a dataset (default: %(default)s)",
    )
    evaluated.set_defaults(command=evaluate)

    trainers = add_train_commands(commands)
    gatherers = add_gather_commands(commands)
    searcher = add_search_command(commands)
    add_report_command(commands)

    zipped = commands.add_parser("export", help="write a dataset as a ZIP of class folders")
    zipped.add_argument("--workspace", help="with this workspace's edits")
    zipped.set_defaults(command=export_dataset)

    seen = commands.add_parser(
        "features", help="write a dataset's features and measures as safetensors"
    )
    seen.set_defaults(command=export_features)

    for command in (zipped, seen):
        command.add_argument("--out", type=Path, required=True, metavar="FILE")

    for command in (asked, evaluated):
        command.add_argument(
            "--run", default=SHIPPED, help="which run answers (default: the one that ships)"
        )
    for command in (*trainers, searcher, zipped, seen):
        command.add_argument("--dataset", default=STARTER)
    for command in (*trainers, seen):
        known = " ".join(f"{row.name}: {row.title}. {row.note}" for row in BACKBONES.values())
        command.add_argument(
            "--backbone", choices=list(BACKBONES), default=DEFAULT_BACKBONE, help=known
        )
    for command in (asked, evaluated, *trainers, searcher, *gatherers):
        command.add_argument(
            "--json", action="store_true", help="write JSON lines to standard output"
        )
    return parser
