"""What a rerun of the Evaluate page costs the server.

On the starter set, and on a run that judged 10,000 photos. And how often the page is right when it
says that a label looks wrong, by the starter set's answer key.

    python -m tests.benchmarks.evaluation

Each time is the median of several reruns through AppTest, messages to the browser included, the
browser not.
"""

import csv
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter

import numpy as np
from streamlit.testing.v1 import AppTest

from model.catalogue.dataset import find_dataset
from model.catalogue.schema import FeatureRow
from model.catalogue.starter import CLASSES, FOLDER, STARTER, import_starter
from model.catalogue.store import Store, insert_missing, open_store
from model.catalogue.workspaces import new_workspace_id
from model.evaluation.top_losses import Reason, ranked, top_losses
from model.networks.backbones import DEFAULT_BACKBONE, find_backbone
from model.networks.features import STORED
from model.photos.photo_id import digest
from model.runs.run import SHIPPED, load_run, run_folder
from tests.conftest import fabricate
from tests.pages.conftest import APP

PHOTOS = 10_000


def main() -> int:
    """Print a line a step."""
    with tempfile.TemporaryDirectory() as home:
        os.environ["AREOLE_HOME"] = home
        store = open_store(Path(home))
        import_starter(store)
        reasons_against_key(store)
        journey("starter set", new_workspace_id())
        journey(f"made-up run, {PHOTOS} photos", large(store))
    return 0


def reasons_against_key(store: Store) -> None:
    """Of the labels that look wrong to the shipped run, how many were planted wrong, and of how
    many.
    """
    with (FOLDER / "photos.csv").open(newline="") as key:
        planted = {
            digest((FOLDER / "photos" / row["file"]).read_bytes())
            for row in csv.DictReader(key)
            if row["label"] != row["truth"]
        }
    run, labels = load_run(run_folder(store, SHIPPED)), find_dataset(store, STARTER).labels
    said = [
        one.photo
        for one in top_losses(
            run.evaluation, ranked(run.evaluation), labels, {}, run.card.unfamiliar_below
        )
        if Reason.LABEL in one.reasons and one.split != "test"
    ]
    true = len(planted & set(said))
    print(
        f"'the label looks wrong' is said of {len(said)} photos, {true} of the {len(planted)} planted among them"
    )


def large(store: Store) -> str:
    """A workspace whose run has judged many photos, one in five wrongly."""
    random = np.random.default_rng(0)
    rows = [(CLASSES[row % 3], ("train", "valid")[row % 5 > 1]) for row in range(PHOTOS)]
    logits = random.normal(size=(PHOTOS, 3)).astype(np.float32)
    logits[np.arange(PHOTOS), np.arange(PHOTOS) % 3] += 2
    workspace, run_id = fabricate(store, CLASSES, rows, logits)
    with store.writing() as session:  # Whoever trained a run has looked at its photos.
        vectors = random.random((PHOTOS, find_backbone(DEFAULT_BACKBONE).channels)).astype(STORED)
        photos = load_run(run_folder(store, run_id)).evaluation.photos
        kept = dict(zip(photos, (vector.tobytes() for vector in vectors), strict=True))
        insert_missing(
            session,
            FeatureRow,
            [
                {"photo": photo, "backbone": DEFAULT_BACKBONE, "vector": row}
                for photo, row in kept.items()
            ],
        )
    return workspace


def journey(title: str, workspace: str) -> None:
    """The steps of somebody who looks at a run."""
    app = AppTest.from_file(APP, default_timeout=120)
    app.query_params["w"] = workspace
    app.run().switch_page("pages/evaluate.py")
    print(f"{title}: first look {seconds(app.run):.2f} s")
    rerun(f"{title}: another cell", app, "actual", [*CLASSES, *CLASSES])
    app.segmented_control(key="view").set_value("Top losses").run()
    classes = [*CLASSES, "(all)"]
    rerun(f"{title}: other top losses, evidence drawn for the first time", app, "filed", classes)
    rerun(f"{title}: other top losses, evidence drawn before", app, "filed", classes * 2)
    app.segmented_control(key="view").set_value("Trust").run()
    rerun(f"{title}: another threshold", app, "threshold", list(range(40, 60, 3)))
    assert not app.exception


def rerun(title: str, app: AppTest, key: str, values: Sequence[str | int]) -> None:
    """Print what it costs to set a widget to each value."""
    times = []
    for value in values:
        widget = app.slider(key=key) if isinstance(value, int) else app.selectbox(key=key)
        times.append(seconds(widget.set_value(value).run))
    print(f"{title}: {statistics.median(times) * 1000:.0f} ms, at most {max(times) * 1000:.0f} ms")


def seconds(work: Callable[[], object]) -> float:
    """How long a call takes."""
    start = perf_counter()
    work()
    return perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
