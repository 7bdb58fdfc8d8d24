# mypy: ignore-errors
# It speaks to the modules of another commit, by their names there.
"""Make the data folder of version 4 that `tests/model/test_migrations.py` upgrades.

This file belongs to commit 03d918a and is run in a checkout of it, where FOLDER is the one this file is in:

    PYTHONPATH=. python FOLDER/make.py FOLDER

It writes `home.tar.xz`, a data folder as that commit's own functions leave it, and `expected.json`,
what they read in it. Two things are smaller than life: the starter set, 36 photos of it, shrunk; and
the fine-tuned network, whose large weights keep two bits of mantissa instead of ten. They are rounded
where all weights are rounded to half precision, before the run is evaluated: it is served as it was
evaluated.
"""

import csv
import json
import lzma
import os
import random
import sys
import tarfile
from contextlib import nullcontext
from dataclasses import astuple
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep

import numpy as np
import psutil
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from safetensors.numpy import load_file
from torch import nn

from model import starter
from model.background import Works
from model.classifier import load_classifier
from model.cleaning import Decision, decide, history, redo, tell_label, undo
from model.datasets import Dataset, find_dataset
from model.edits import DELETE, KEEP, NOTE, RELABEL
from model.experiments.catalogue import run_experiment
from model.experiments.search import run_trials, study_name
from model.experiments.search_study import find, trials_of
from model.experiments.search_study import opened as opened_storage
from model.intake import Arrival
from model.intake_job import start_intake
from model.jobs import enqueue, last_job
from model.origins import Origin, origins
from model.own_datasets import choose_dataset, create_dataset, datasets_of
from model.photos import open_photo
from model.report_texts import FIELDS, set_text, texts
from model.requests import TrainRequest
from model.runs import FineTuneSettings, HeadSettings, load_run, run_folder
from model.schema import ExperimentRow, JobRow
from model.starter import CLASSES, EXAMPLES, STARTER, import_starter
from model.store import Store, open_store, open_stored
from model.training import train_head_run
from model.workspace_runs import activate_run, active_run, runs_of
from model.workspaces import ask_about, asked_photos, dataset_name, new_workspace_id

STARTER_PX, IN_SPLIT = 128, {"train": 6, "valid": 3}  # A class; its test photos are the examples.
PET_COLOURS = {"cat": (208, 120, 64), "dog": (64, 112, 176)}
PETS_IN_SPLIT = {"train": 5, "valid": 2, "test": 2}
LARGE, MANTISSA_BITS = 5000, 2
TRAINER = "trainer"
JOBS = ("head", "intake", "fine-tune")


def make(out: Path) -> None:
    """Make the folder, read it, pack it."""
    with TemporaryDirectory() as place:
        shrink_starter(Path(place) / "starter")
        home = Path(place) / "home"
        store, workspace = open_store(home), new_workspace_id()
        import_starter(store)
        clean_and_train(store, workspace)
        fine_tune(store, workspace)
        experiment(store, workspace)
        pets = own_dataset(store, workspace)
        expected = read_all(store, workspace, [STARTER, pets])
        store.engine.dispose()
        assert not list(home.glob("*-wal"))
        (out / "expected.json").write_text(lines(expected, 3) + "\n")
        pack(home, out / "home.tar.xz")


def shrink_starter(folder: Path) -> None:
    """Let the starter set be small."""
    (folder / "photos").mkdir(parents=True)
    with (starter.FOLDER / "photos.csv").open(newline="") as table:
        rows = [(row["file"], row["label"], row["split"]) for row in csv.DictReader(table)]
    examples = {file for files in EXAMPLES for file in files}
    kept = [row for row in rows if row[0] in examples]
    for label in CLASSES:
        for split, number in IN_SPLIT.items():
            kept += [row for row in rows if row[1:] == (label, split)][:number]
    for file, _, _ in kept:
        image = Image.open(starter.FOLDER / "photos" / file).convert("RGB")
        image.thumbnail((STARTER_PX, STARTER_PX))
        image.save(folder / "photos" / file, quality=80)
    with (folder / "photos.csv").open("w", newline="") as table:
        csv.writer(table).writerows([("file", "label", "split"), *sorted(kept)])
    starter.FOLDER, starter.FEATURES = folder, folder / "absent"


def clean_and_train(store: Store, workspace: str) -> None:
    """Decide about photos, with reasons; train a head on what came of it, and choose that; write a report."""
    photos = [member.photo for member in find_dataset(store, STARTER).members if member.split == "train"]
    decide(store, workspace, [Decision(photos[0], KEEP, reason="A tree, if a small one")])
    decide(store, workspace, [Decision(photo, RELABEL, "cactus", "It has spines: ¡mira! 🌵") for photo in photos[1:3]])
    decide(store, workspace, [Decision(photos[3], DELETE, reason="Too blurred to tell")])
    decide(store, workspace, [Decision(photos[4], DELETE, reason="A slip of the finger")])
    undo(store, workspace, 4)
    decide(store, workspace, [Decision(photos[5], NOTE, reason="Ask Ana about this one")])
    decide(store, workspace, [Decision(photos[6], RELABEL, "tree", "Leaves")])
    undo(store, workspace, 6)
    redo(store, workspace, 6)
    mine, other = (open_photo(jpeg(drawn((90, 140, 80), seed, 200))) for seed in (1, 2))
    ask_about(store, workspace, mine, "my window sill.jpg")
    ask_about(store, workspace, other, "the neighbour's.jpg")
    tell_label(store, workspace, mine.sha256, "succulent")
    dataset = find_dataset(store, STARTER, workspace=workspace)
    train_head_run(store, TrainRequest(dataset, settings=HeadSettings(epochs=2), name="Hasty", workspace=workspace))
    chosen = train_head_run(store, TrainRequest(dataset, name="After cleaning", workspace=workspace))
    activate_run(store, workspace, chosen.card.id)
    for field in FIELDS:
        set_text(store, workspace, field, f"My {field}: ten photos — nine right.\n\nÜber „cacti“ & <succulents>.")


def fine_tune(store: Store, workspace: str) -> None:
    """Fine-tune as a page does, in a process of its own, which is this file."""
    popen = psutil.Popen
    psutil.Popen = lambda command, **options: popen([command[0], __file__, TRAINER, *command[3:]], **options)
    settings = FineTuneSettings(epochs=1, image_px=64, batch_size=4)
    dataset = find_dataset(store, STARTER, workspace=workspace)
    enqueue(store, workspace, TrainRequest(dataset, settings=settings, name="The whole network", workspace=workspace))
    while not last_job(store, workspace).is_over:
        sleep(0.5)
    psutil.Popen = popen
    assert last_job(store, workspace).state == "done", last_job(store, workspace)


def trainer(arguments: list[str]) -> int:
    """Train as `python -m model` does, but for the coarse weights."""
    from model import finetune
    from model.__main__ import main

    halved = finetune._halved

    def coarse(network: nn.Module) -> dict[str, NDArray[np.float16]]:
        weights = {name: rounded(array) for name, array in halved(network).items()}
        network.load_state_dict({name: torch.from_numpy(array).float() for name, array in weights.items()})
        return weights

    finetune._halved = coarse
    return main(arguments)


def rounded(weights: NDArray[np.float16]) -> NDArray[np.float16]:
    """Round large arrays to a few bits of mantissa."""
    if weights.size < LARGE:
        return weights
    drop = 10 - MANTISSA_BITS
    bits = weights.reshape(-1).view(np.uint16).astype(np.uint32)
    return ((bits + (1 << (drop - 1))) >> drop << drop).astype(np.uint16).view(np.float16).reshape(weights.shape)


def experiment(store: Store, workspace: str) -> None:
    """Ask whether more photos would help, and search for better settings."""
    dataset = find_dataset(store, STARTER, workspace=workspace)
    run_experiment(store, "learning-curve", dataset, backbone="efficientnet-lite0", settings=HeadSettings(epochs=2))
    run_trials(store, dataset, trials=3, workspace=workspace)


def own_dataset(store: Store, workspace: str) -> str:
    """Make a dataset of cats and dogs, decide about one, train on it, write about it; work on it from now on."""
    name = create_dataset(store, "Pets next door", list(PET_COLOURS), owner=workspace)
    arrivals = [
        arrival(label, split, number) for label in PET_COLOURS for split, size in PETS_IN_SPLIT.items() for number in range(size)
    ]
    works: Works = Works()

    opened = nullcontext((arrivals, len(arrivals)))
    intake = start_intake(works, store, workspace, dataset=name, title="Pets", opened=lambda _: opened)
    intake.finished.wait()
    assert intake.error is None
    assert intake.result.added == len(arrivals)
    photo = next(member.photo for member in find_dataset(store, name).members if member.split == "train")
    decide(store, workspace, [Decision(photo, RELABEL, "dog", "It barks")])
    dataset = find_dataset(store, name, workspace=workspace)
    train_head_run(store, TrainRequest(dataset, name="Cats and dogs", workspace=workspace))
    set_text(store, workspace, "title", "Cats and dogs")
    return name


def arrival(label: str, split: str, number: int) -> Arrival:
    """A picture of one colour that comes with its origin."""
    seed = 100 * (list(PET_COLOURS).index(label) + 1) + 10 * list(PETS_IN_SPLIT).index(split) + number
    data = jpeg(drawn(PET_COLOURS[label], seed, 96))
    licence = ("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/")
    origin = Origin("Openverse", *licence, "Ana Müller", f"https://garden.example/{seed}", f"{label} no. {seed}")
    return Arrival(f"{label} {split} {number}.jpg", label, lambda: data, origin, split)


def drawn(colour: tuple[int, int, int], seed: int, size: int) -> Image.Image:
    """Some blots of about this colour."""
    chance = random.Random(seed)
    image = Image.new("RGB", (size, size * 3 // 4), tuple(255 - part // 3 for part in colour))
    pen = ImageDraw.Draw(image)
    for _ in range(12):
        x, y, radius = chance.randrange(size), chance.randrange(size), chance.randrange(size // 12, size // 5)
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), tuple(part + chance.randint(-40, 40) for part in colour))
    return image


def jpeg(image: Image.Image) -> bytes:
    """The bytes of a picture."""
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def read_all(store: Store, workspace: str, names: list[str]) -> dict:
    """Read everything that a visitor has made, dataset by dataset. The last is the one they work on."""
    expected = {"workspace": workspace, "datasets": [], "in": {}}
    for row in datasets_of(store, workspace):
        expected["datasets"].append([row.name, row.title, row.own, list(row.classes), row.photos, row.bytes])
    for name in names:
        choose_dataset(store, workspace, name)
        expected["in"][name] = read_dataset(store, workspace, name)
    expected["current"] = dataset_name(store, workspace)
    expected["asked"] = [[asked.photo, asked.name] for asked in asked_photos(store, workspace)]
    with store.reading() as session:
        jobs = session.query(JobRow).order_by(JobRow.id).all()
        expected["jobs"] = [[job.kind, job.state, job.message, job.run, job.started_at.isoformat()] for job in jobs]
        rows = session.query(ExperimentRow).all()
        expected["experiments"] = [[row.fingerprint, row.kind, row.settings, row.result] for row in rows]
    assert {job[0] for job in expected["jobs"]} == set(JOBS)
    last = last_job(store, workspace)
    expected["fine-tuning"] = [last.id, last.name, last.state, last.run, len(last.history)]
    return expected


def read_dataset(store: Store, workspace: str, name: str) -> dict:
    """Read what was made on one dataset."""
    dataset = find_dataset(store, name, workspace=workspace)
    entries = runs_of(store, workspace)
    return {
        "imported": [[row.file, row.photo, row.label, row.split] for row in find_dataset(store, name).members],
        "edited": [[row.file, row.photo, row.label, row.split] for row in dataset.members],
        "fingerprint": dataset.fingerprint,
        "origins": {photo: list(astuple(origin)) for photo, origin in origins(store, dataset.id).items()},
        "edits": [
            [edit.step, edit.photo, edit.action, edit.label, edit.reason, edit.undone, edit.created_at.isoformat()]
            for edit in history(store, workspace).edits
        ],
        "texts": {field: getattr(texts(store, workspace), field) for field in FIELDS},
        "active": active_run(store, workspace),
        "runs": [[entry.id, entry.name, entry.own] for entry in entries],
        "evaluations": {entry.id: read_run(store, entry.id) for entry in entries if entry.own},
        "trials": read_trials(store, dataset, workspace),
    }


def read_run(store: Store, run_id: str) -> dict:
    """Read a run's evaluation, and let it answer."""
    run, classifier = load_run(run_folder(store, run_id)), load_classifier(store, run_id)
    photo = run.evaluation.photos[-1]
    return {
        "mode": run.card.mode,
        "seconds": run.card.seconds,
        "errors": {split: run.evaluation.of(split).errors for split in ("train", "valid", "test")},
        "probabilities": [[round(float(share), 5) for share in row] for row in run.evaluation.probabilities],
        "answer": [photo, [round(float(share), 4) for share in classifier.answer(open_stored(store, photo), photo).probabilities]],
        "files": {file.name: len(load_file(file)) for file in sorted(run_folder(store, run_id).glob("*.safetensors"))},
    }


def read_trials(store: Store, dataset: Dataset, workspace: str) -> list:
    """Read what a search has tried."""
    with opened_storage(store, None, writing=False) as shared:
        study = find(shared, study_name(dataset, workspace))
        return [[trial.number, trial.value, trial.params] for trial in trials_of(study)] if study else []


def lines(value: object, depth: int) -> str:
    """Write JSON, a line for each entry of the outer dictionaries."""
    if not depth or not isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return "{\n" + ",\n".join(f"{json.dumps(key)}: {lines(inner, depth - 1)}" for key, inner in value.items()) + "\n}"


def pack(home: Path, archive: Path) -> None:
    """Pack the folder; the filters suit arrays of two bytes."""
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9, "lc": 0, "lp": 1, "pb": 1}]
    with lzma.open(archive, "wb", filters=filters) as packed, tarfile.open(fileobj=packed, mode="w") as tar:
        tar.add(home, "home", filter=without_owner)
    for file in sorted(home.rglob("*")):
        print(file.relative_to(home), file.stat().st_size)
    print(archive, archive.stat().st_size)


def without_owner(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Forget who made a file."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


if __name__ == "__main__":
    if sys.argv[1] == TRAINER:
        sys.exit(trainer(sys.argv[2:]))
    os.environ.pop("AREOLE_DATABASE", None)
    make(Path(sys.argv[1]).resolve())
