"""How much of what is wrong with a dataset is found, what following every suggestion blindly comes
to, and what looking costs.

python -m tests.benchmarks.cleaning [FOLDER]        (FOLDER holds one folder of real photos for each
class)

Wrong labels are counted among the first n and 2n by quality, n being how many there are, bad photos
apart. Beside ours stand heads trained in five folds, judged by cleanlab as ours are. Of several
seeds: mean (least to most).
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from cleanlab.rank import get_label_quality_scores
from numpy.typing import NDArray
from PIL import Image, ImageEnhance
from sklearn.model_selection import StratifiedKFold

from model.catalogue.dataset import Dataset, find_dataset
from model.catalogue.edits import DELETE, RELABEL
from model.catalogue.measures import load_fingerprints, load_qualities
from model.catalogue.starter import CLASSES, FOLDER, STARTER, import_starter
from model.catalogue.store import Store, open_store, open_stored
from model.catalogue.workspaces import new_workspace_id
from model.classify.batches import folder_sources
from model.cleaning.answer_key import BAD, SplitScore, score
from model.cleaning.decisions import Decision, decide
from model.cleaning.duplicates import find_near_duplicates
from model.cleaning.label_issues import find_label_issues
from model.cleaning.suspects import MOST_TWINS, Suspects, find_suspects
from model.evaluation.numerics import softmax
from model.evaluation.table import Evaluation
from model.networks.backbones import DEFAULT_BACKBONE, find_backbone
from model.networks.features import extract_features
from model.photos.image import Photo
from model.photos.photo_id import PhotoId
from model.photos.prefetch import ahead
from model.runs.run import SHIPPED, load_run, run_folder
from model.runs.settings import HeadSettings
from model.training.head import LabelledFeatures, train_head
from model.training.head_run import train_head_run
from model.training.request import TrainRequest
from tests.conftest import photo_ids, put_photo

SEEDS = range(5)
WRONG_SHARE = 0.06  # About that of the starter set
COPIES = 40
LOOK = """
import json, time
import psutil, torch
from sqlalchemy import delete
from model.runs.run import SHIPPED, load_run, run_folder
from model.catalogue.schema import QualityRow
from model.catalogue.starter import import_starter
from model.catalogue.store import open_store
from model.cleaning.suspects import find_suspects
store, process = open_store(), psutil.Process()
import_starter(store)
run, rows = load_run(run_folder(store, SHIPPED)), [process.memory_info().rss / 1e6]
for forget in (False, False, True):
    if forget:
        with store.writing() as session:
            session.execute(delete(QualityRow))
    start = time.perf_counter()
    find_suspects(store, run)
    rows.append((time.perf_counter() - start, process.memory_info().rss / 1e6))
print(json.dumps(rows))
"""
KEPT_FIRST = ("test", "valid", "train")  # Of two copies, the one whose split stands first stays.
Labels = NDArray[np.intp]
Scores = NDArray[np.float64]
Method = Callable[[NDArray[np.float32], Labels, int], Scores]


@dataclass(frozen=True)
class Photos:
    """Photos with features (N, D), labels (N,) taken to be right, and which are bad (N,)."""

    names: tuple[PhotoId, ...]
    vectors: NDArray[np.float32]
    labels: Labels
    bad: NDArray[np.bool_]


def main() -> int:
    """Print a line a figure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?")
    folder = parser.parse_args().folder
    with tempfile.TemporaryDirectory() as home:
        os.environ["AREOLE_HOME"] = home
        looking(home)
        store = open_store()
        import_starter(store)
        suspects, dataset = (
            find_suspects(store, load_run(run_folder(store, SHIPPED))),
            find_dataset(store, STARTER),
        )
        key = answer_key(dataset)
        planted(store, dataset, suspects, key)
        starter = truly_labelled(store, suspects, key)
        flipped("starter set", starter, 26)
        real = real_photos(store, folder) if folder else None
        if real:
            flipped(
                f"{folder}, {len(real.names)} photos", real, round(WRONG_SHARE * len(real.names))
            )
            for in_proportion in (True, False):
                copied(store, real, in_proportion)
        followed(store, dataset, suspects, key, real)
    return 0


def looking(home: str) -> None:
    """What it takes a fresh process to look through the starter set, with what ships with it and
    without its measures.
    """
    done = subprocess.run(
        [sys.executable, "-c", LOOK],
        env={**os.environ, "AREOLE_HOME": home},
        check=True,
        capture_output=True,
    )
    before, *rows = json.loads(done.stdout)
    for title, (seconds, after) in zip(("first", "again", "nothing measured"), rows, strict=True):
        print(
            f"find_suspects, {title}: {seconds:.2f} s; {after:.0f} MB, {after - before:.0f} MB more than before the first"
        )


def answer_key(dataset: Dataset) -> dict[PhotoId, dict[str, str]]:
    """The key's row of each train and valid photo, with the photos that it names instead of their
    files.
    """
    names = {labelled.file: labelled.photo for labelled in dataset.photos}
    with (FOLDER / "photos.csv").open(newline="") as table:
        rows = {
            names[row["file"]]: row | {"twin": names.get(row["twin"], "")}
            for row in csv.DictReader(table)
        }
    return {
        labelled.photo: rows[labelled.photo]
        for labelled in dataset.photos
        if labelled.split != "test"
    }


def planted(
    store: Store, dataset: Dataset, suspects: Suspects, key: dict[PhotoId, dict[str, str]]
) -> None:
    """What is found of what was planted in the starter set."""
    wrong = np.array([row["label"] != row["truth"] for row in key.values()])
    labels = np.array([CLASSES.index(row["label"]) for row in key.values()])
    bad = np.array([photo in suspects.bad_photos for photo in key])
    vectors = extract_features(store, key, find_backbone(DEFAULT_BACKBONE))
    compared("starter set, planted", [(vectors, labels, wrong, bad)])
    said = [key[photo]["label"] != key[photo]["truth"] for photo in suspects.wrong_labels]
    right = sum(
        suspects.doubts[photo].suggestion == row["truth"]
        for photo, row in key.items()
        if row["label"] != row["truth"]
    )
    print(
        f"    said to be wrong: {len(said)}, {sum(said)} of them rightly; the truth is suggested for {right} of the {wrong.sum()}"
    )
    pairs = {frozenset((photo, PhotoId(row["twin"]))) for photo, row in key.items() if row["twin"]}
    groups = {frozenset(group.photos): suspects.is_leak(group) for group in suspects.twins}
    leaks = {pair for pair in pairs if len({suspects.splits[photo] for photo in pair}) > 1}
    for title, there, found in (
        (
            "copies within a split",
            pairs - leaks,
            {pair for pair, is_leak in groups.items() if not is_leak},
        ),
        ("leaks", leaks, {pair for pair, is_leak in groups.items() if is_leak}),
        (
            "bad photos",
            {photo for photo, row in key.items() if row["defect"] in BAD},
            set(suspects.bad_photos),
        ),
    ):
        print(
            f"starter set, {title}: {len(there & found)} of {len(there)} found, {len(found - there)} false"
        )


def truly_labelled(store: Store, suspects: Suspects, key: dict[PhotoId, dict[str, str]]) -> Photos:
    """The starter set's train and valid photos under their true labels."""
    labels = np.array([CLASSES.index(row["truth"]) for row in key.values()])
    vectors = extract_features(store, key, find_backbone(DEFAULT_BACKBONE))
    return Photos(
        tuple(key), vectors, labels, np.array([photo in suspects.bad_photos for photo in key])
    )


def real_photos(store: Store, folder: Path) -> Photos:
    """The photos of a folder, through the gate and kept as an upload would be."""
    names, labels = [], []
    for source, image in ahead(folder_sources(folder, CLASSES), lambda source: source.open()):
        if isinstance(image, Image.Image):
            names.append(put_photo(store, Photo(image)))
            labels.append(source.label)
    measures = load_qualities(store, names)
    bad = np.array([bool(measures[name].issues) for name in names])
    print(f"{folder}: {bad.sum()} of {len(names)} photos said to be bad")
    return Photos(
        tuple(names),
        extract_features(store, names, find_backbone(DEFAULT_BACKBONE)),
        np.array(labels),
        bad,
    )


def flipped(title: str, photos: Photos, count: int) -> None:
    """Found of some labels flipped at random, never those of bad photos."""
    rounds = []
    for seed in SEEDS:
        random = np.random.default_rng(seed)
        rows = random.choice(np.flatnonzero(~photos.bad), count, replace=False)
        labels, wrong = photos.labels.copy(), np.zeros(len(photos.names), bool)
        labels[rows] = (labels[rows] + random.integers(1, len(CLASSES), len(rows))) % len(CLASSES)
        wrong[rows] = True
        rounds.append((photos.vectors, labels, wrong, photos.bad))
    compared(f"{title}, random flips", rounds)


def compared(
    title: str,
    rounds: Sequence[tuple[NDArray[np.float32], Labels, NDArray[np.bool_], NDArray[np.bool_]]],
) -> None:
    """Wrong labels found by our quality and by that of heads trained in folds."""
    planted = int(rounds[0][2].sum())
    for name, qualities_of in METHODS.items():
        found = [
            among_first(qualities_of(vectors, labels, seed), wrong, bad)
            for vectors, labels, wrong, bad in rounds
            for seed in (SEEDS if name == "folds" and len(rounds) == 1 else [0])
        ]
        first, twice = (spread(column) for column in zip(*found, strict=True))
        print(
            f"{title}, {name}: {first} of {planted} wrong labels among the first {planted}, {twice} among the first {2 * planted}"
        )


def among_first(
    quality: Scores, wrong: NDArray[np.bool_], bad: NDArray[np.bool_]
) -> tuple[int, int]:
    """How many wrong labels are among the n and 2n of the least quality, where n are wrong."""
    ranked, planted = (
        wrong[np.argsort(np.where(bad, np.inf, quality), kind="stable")],
        int(wrong.sum()),
    )
    return int(ranked[:planted].sum()), int(ranked[: 2 * planted].sum())


def ours(vectors: NDArray[np.float32], labels: Labels, seed: int) -> Scores:
    """As the app finds them; no seed changes it."""
    count = len(labels)
    names, logits = photo_ids(*map(str, range(count))), np.zeros((count, len(CLASSES)), np.float32)
    table = Evaluation(
        CLASSES,
        names,
        ("train",) * count,
        labels,
        logits,
        ((),) * count,
        np.ones(count, np.float32),
    )
    return np.array([doubt.quality for doubt in find_label_issues(table, vectors)])


def in_folds(vectors: NDArray[np.float32], labels: Labels, seed: int) -> Scores:
    """cleanlab's self-confidence from heads that each learned four fifths."""
    shares, settings = (
        np.zeros((len(labels), len(CLASSES)), np.float32),
        HeadSettings(epochs=20, keep="last", seed=seed),
    )
    for train, held in StratifiedKFold(5, shuffle=True, random_state=seed).split(vectors, labels):
        learned, asked = (LabelledFeatures(vectors[rows], labels[rows]) for rows in (train, held))
        shares[held] = softmax(train_head(learned, asked, CLASSES, settings).logits(asked.features))
    return np.asarray(get_label_quality_scores(labels, shares, method="self_confidence"))


METHODS: dict[str, Method] = {"ours": ours, "folds": in_folds}


def copied(store: Store, photos: Photos, in_proportion: bool) -> None:
    """Cropped, resized and brightened copies of some photos.

    How many are found, and what else is called a copy.
    """
    random = np.random.default_rng(0)
    originals = [
        photos.names[row] for row in random.choice(len(photos.names), COPIES, replace=False)
    ]
    copies = {
        put_photo(store, retouched(open_stored(store, name), random, in_proportion)): name
        for name in originals
    }
    names = [*photos.names, *copies]
    groups = [
        set(group.photos)
        for group in find_near_duplicates(load_fingerprints(store, names))
        if len(group.photos) <= MOST_TWINS
    ]
    found = [any({copy, name} <= group for group in groups) for copy, name in copies.items()]
    rest = [group for group in groups if not group & set(copies)]
    title = "80 to 95 % of the area, in proportion" if in_proportion else "80 to 95 % of each side"
    print(
        f"copies of real photos, {title}: {sum(found)} of {COPIES} found; {len(rest)} groups among the rest"
    )


def retouched(image: Image.Image, random: np.random.Generator, in_proportion: bool) -> Photo:
    """A copy that shows 80 to 95 % of the area or of each side, somewhere in the picture, in
    another size and brightness.
    """
    shares, at, smaller = (
        random.uniform(0.8, 0.95, 2),
        random.uniform(size=2),
        random.uniform(0.5, 1),
    )
    shares = np.repeat(np.sqrt(shares[0]), 2) if in_proportion else shares
    width, height = (round(side * share) for side, share in zip(image.size, shares, strict=True))
    left, upper = round((image.width - width) * at[0]), round((image.height - height) * at[1])
    cropped = image.crop((left, upper, left + width, upper + height))
    resized = cropped.resize((round(width * smaller), round(height * smaller)))
    copy = ImageEnhance.Brightness(resized).enhance(random.uniform(0.8, 1.25))
    return Photo(copy)


def followed(
    store: Store,
    dataset: Dataset,
    suspects: Suspects,
    key: dict[PhotoId, dict[str, str]],
    real: Photos | None,
) -> None:
    """The error on photos that nobody cleaned, before and after following every suggestion, and
    with the key's labels.
    """
    workspace, told = new_workspace_id(), new_workspace_id()
    decide(store, workspace, suggested(suspects))
    decide(
        store,
        told,
        (
            Decision(photo, RELABEL, row["truth"])
            for photo, row in key.items()
            if row["label"] != row["truth"]
        ),
    )
    now = find_dataset(store, STARTER, workspace=workspace)
    result = score(dataset, now)
    for part in ("wrong_labels", "copies", "leaks", "bad_photos"):
        dealt: SplitScore = getattr(result, part)
        print(f"followed blindly, {part}: {len(dealt.solved)} solved, {len(dealt.missed)} missed")
    print(
        f"followed blindly: {len(result.broken)} right labels broken, {len(result.lost)} good photos lost"
    )
    for title, cleaned in (
        ("before", dataset),
        ("after following blindly", now),
        ("with the true labels", find_dataset(store, STARTER, workspace=told)),
    ):
        errors(store, title, cleaned, real)


def suggested(suspects: Suspects) -> Iterator[Decision]:
    """Every suggestion; what is both relabelled and deleted is deleted."""
    for photo in suspects.wrong_labels:
        yield Decision(photo, RELABEL, suspects.doubts[photo].suggestion)
    for photo in {*suspects.bad_photos, *spare(suspects)}:
        yield Decision(photo, DELETE)


def spare(suspects: Suspects) -> Iterator[PhotoId]:
    """Of each group of copies all but one, the train copies first; never a test photo."""
    for group in suspects.twins:
        kept = min(group.photos, key=lambda photo: KEPT_FIRST.index(suspects.splits[photo]))
        yield from (
            photo for photo in group.photos if photo != kept and suspects.splits[photo] != "test"
        )


def errors(store: Store, title: str, dataset: Dataset, real: Photos | None) -> None:
    """Train with every seed; errors in per cent on the test split and on real photos."""
    test, outside = [], []
    for seed in SEEDS:
        run = train_head_run(store, TrainRequest(dataset, settings=HeadSettings(seed=seed)))
        kept = run.evaluation.for_split("test")
        test.append(100 * kept.errors / len(kept.photos))
        if real:
            outside.append(
                100
                * float(
                    ((real.vectors @ run.weight.T + run.bias).argmax(axis=1) != real.labels).mean()
                )
            )
    print(
        f"error {title}: {spread(test)} % on test"
        + (f", {spread(outside)} % on real photos" if real else "")
    )


def spread(values: Iterable[float]) -> str:
    """Mean, and least to most where there is more than one."""
    some = list(values)
    return (
        f"{np.mean(some):.1f} ({min(some):.1f} to {max(some):.1f})"
        if len(some) > 1
        else f"{some[0]:g}"
    )


if __name__ == "__main__":
    sys.exit(main())
