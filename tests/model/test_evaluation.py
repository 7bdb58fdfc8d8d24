"""Figures: scikit-learn is the oracle."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix as sklearn_confusion
from sklearn.metrics import precision_recall_fscore_support

from model.evaluation import Evaluation, confusion_matrix, per_class

CLASSES = ("a", "b", "c", "d")


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=60))
def test_figures_agree_with_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    actual, predicted = np.array(pairs).T
    confusion = confusion_matrix(actual, predicted, 4)
    assert confusion.tolist() == sklearn_confusion(actual, predicted, labels=range(4)).tolist()
    oracle = precision_recall_fscore_support(actual, predicted, labels=range(4), zero_division=np.nan)
    for figures, precision, recall, f1, support in zip(per_class(confusion, CLASSES).values(), *oracle, strict=True):
        assert figures["support"] == support
        for ours, theirs in ((figures["precision"], precision), (figures["recall"], recall)):
            assert (ours is None and np.isnan(theirs)) or ours == pytest.approx(theirs)
        assert figures["f1"] is None or figures["f1"] == pytest.approx(f1)


def test_one_split_of_a_table() -> None:
    logits = np.array([[2, 0], [0, 2], [2, 0]], np.float32)
    table = Evaluation(("x", "y"), ("p", "q", "r"), ("train", "valid", "valid"), np.array([0, 0, 0]), logits, 2.0)
    valid = table.of("valid")
    assert valid.photos == ("q", "r")
    assert valid.errors == 1
    assert valid.predicted.tolist() == [1, 0]
    assert valid.losses.tolist() == pytest.approx([np.log(1 + np.e), np.log(1 + 1 / np.e)])
    assert valid.probabilities[1].tolist() == pytest.approx([np.e / (1 + np.e), 1 / (1 + np.e)])
    assert table.of("test").errors == 0
