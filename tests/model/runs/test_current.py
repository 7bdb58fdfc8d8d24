"""A run under the labels of today, on a table small enough to count by hand."""

import numpy as np
import pytest

from model.catalogue.dataset import Dataset, LabelledPhoto, Split
from model.catalogue.store import ROOT
from model.evaluation.table import Evaluation
from model.runs.current import CurrentEvaluation, count_edits, current_evaluation
from model.runs.run import SHIPPED, Run, load_run
from tests.conftest import photo_ids

P1, P2, P3, P4, P5 = photo_ids("p1", "p2", "p3", "p4", "p5")


@pytest.fixture
def current() -> CurrentEvaluation:
    """A run that evaluated p1 to p4; since then p1 was relabelled, p3 removed, p5 added."""
    table = Evaluation(
        classes=("a", "b"),
        photos=(P1, P2, P3, P4),
        splits=("train", "valid", "valid", "test"),
        labels=np.array([0, 0, 1, 1], np.intp),
        logits=np.array([[0, 1], [0, 1], [1, 0], [0, 1]], np.float32),
        neighbours=((),) * 4,
        similarities=np.ones(4, np.float32),
    )
    run = Run(
        load_run(ROOT / "model" / SHIPPED).card,
        np.zeros((2, 1), np.float32),
        np.zeros(2, np.float32),
        table,
    )
    photos = (
        LabelledPhoto(P1, "b", Split.TRAIN, "1.jpg"),
        LabelledPhoto(P2, "a", Split.VALID, "2.jpg"),
        LabelledPhoto(P4, "b", Split.TEST, "4.jpg"),
        LabelledPhoto(P5, "a", Split.TRAIN, "5.jpg"),
    )
    return current_evaluation(run, Dataset(1, "d", "D", ("a", "b"), photos))


def test_it_counts_what_was_relabelled_removed_and_added(current: CurrentEvaluation) -> None:
    assert (current.relabelled, current.removed, current.added) == (1, 1, 1)
    assert current.changes == 3


def test_it_has_the_photos_of_each_split_under_their_labels_now(current: CurrentEvaluation) -> None:
    assert {split: table.photos for split, table in current.tables.items()} == {
        "train": (P1,),
        "valid": (P2,),
        "test": (P4,),
    }
    assert current.tables[Split.TRAIN].errors == 0  # Under its first label it was one.
    assert current.run.evaluation.for_split(Split.TRAIN).errors == 1


def test_edits_are_counted_in_one_split_too(current: CurrentEvaluation) -> None:
    valid = current.run.evaluation.for_split(Split.VALID)
    assert valid.labels_by_photo == {P2: "a", P3: "b"}
    assert count_edits(valid, {P2: "b"}) == (1, 1)
    assert count_edits(valid, valid.labels_by_photo) == (0, 0)
