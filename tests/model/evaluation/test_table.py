"""Figures: scikit-learn and fastai are the oracles."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix as sklearn_confusion
from sklearn.metrics import precision_recall_fscore_support
from torch import nn

from model.catalogue.store import Store, open_stored
from model.evaluation.table import Evaluation, confusion_matrix, most_confused, per_class
from model.evaluation.top_losses import ranked
from model.networks.backbones import find_backbone
from model.networks.inference import load_network
from model.networks.preprocessing import pixels
from model.runs.run import SHIPPED, load_run, run_folder
from tests.conftest import by_photo, photo_ids

CLASSES = ("a", "b", "c", "d")


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=60))
def test_figures_agree_with_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    actual, predicted = np.array(pairs).T
    confusion = confusion_matrix(actual, predicted, 4)
    assert confusion.tolist() == sklearn_confusion(actual, predicted, labels=range(4)).tolist()
    oracle = precision_recall_fscore_support(
        actual, predicted, labels=range(4), zero_division=np.nan
    )
    for figures, precision, recall, f1, support in zip(
        per_class(confusion, CLASSES).values(), *oracle, strict=True
    ):
        assert figures["support"] == support
        for ours, theirs in ((figures["precision"], precision), (figures["recall"], recall)):
            assert (ours is None and np.isnan(theirs)) or ours == pytest.approx(theirs)
        assert figures["f1"] is None or figures["f1"] == pytest.approx(f1)


def table(
    labels: list[int], logits: list[list[float]], split: str = "valid", temperature: float = 1.0
) -> Evaluation:
    """Photos p0, p1 ... of classes a, b ..., without look-alikes."""
    n, scores = len(labels), np.array(logits, np.float32).reshape(len(labels), -1)
    names = photo_ids(*(f"p{row}" for row in range(n)))
    empty = np.zeros(n, np.float32)
    return Evaluation(
        CLASSES[: scores.shape[1]],
        names,
        (split,) * n,
        np.array(labels, np.intp),
        scores,
        ((),) * n,
        empty,
        temperature,
    )


def test_one_split_of_a_table() -> None:
    whole = replace(
        table([0, 0, 0], [[2, 0], [0, 2], [2, 0]], temperature=2.0),
        splits=("train", "valid", "valid"),
    )
    valid = whole.for_split("valid")
    assert valid.photos == ("p1", "p2")
    assert valid.errors == 1
    assert valid.predicted.tolist() == [1, 0]
    assert valid.losses.tolist() == pytest.approx([np.log(1 + np.e), np.log(1 + 1 / np.e)])
    assert valid.probabilities[1].tolist() == pytest.approx([np.e / (1 + np.e), 1 / (1 + np.e)])
    assert whole.for_split("test").errors == 0


def test_figures_follow_the_labels_without_inference() -> None:
    before = table([0, 0, 1], [[2, 0], [0, 2], [2, 0]])
    now = before.relabelled(by_photo({"p1": "b", "p2": "b", "p9": "a"}))
    assert now.photos == ("p1", "p2")
    assert now.errors == 1
    assert before.errors == 2
    assert now.relabelled(by_photo({"p1": "no such class"})).photos == ()


def test_most_confused_pairs_come_first_and_ties_in_the_order_of_classes() -> None:
    confusion = np.array([[9, 1, 0], [3, 9, 1], [0, 0, 9]])
    assert most_confused(confusion) == [(1, 0, 3), (0, 1, 1), (1, 2, 1)]
    assert most_confused(np.diag([3, 3])) == []


def test_the_same_figures_as_fastai(store: Store) -> None:
    """fastai is the oracle: its own Learner runs the same network on the same photos."""
    from model.networks.torchvision_operators import define_missing_operators

    define_missing_operators()
    from fastai.vision.all import (
        CategoryMap,
        ClassificationInterpretation,
        CrossEntropyLossFlat,
        DataLoaders,
        Learner,
    )

    run = load_run(run_folder(store, SHIPPED))
    valid, backbone = run.evaluation.for_split("valid"), find_backbone(run.card.backbone)

    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.head = nn.Linear(*reversed(run.weight.shape))
            self.head.load_state_dict(
                {"weight": torch.from_numpy(run.weight), "bias": torch.from_numpy(run.bias)}
            )

        def forward(self, photos: torch.Tensor) -> torch.Tensor:
            maps = load_network(backbone.name)(photos.numpy())
            pooled = torch.from_numpy(maps).mean(dim=(2, 3))
            logits: torch.Tensor = self.head(pooled)
            return logits / run.card.temperature

    class Photos(list[tuple[torch.Tensor, torch.Tensor]]):
        vocab = CategoryMap(list(run.card.classes), sort=False)

    items = Photos(
        (torch.from_numpy(pixels(open_stored(store, photo), backbone)[0]), torch.tensor(label))
        for photo, label in zip(valid.photos, valid.labels.tolist(), strict=True)
    )
    loaders = DataLoaders.from_dsets(items, items, bs=1, device=torch.device("cpu"), num_workers=0)
    learner = Learner(loaders, Network(), loss_func=CrossEntropyLossFlat())
    with learner.no_bar():
        oracle = ClassificationInterpretation.from_learner(learner)
        confusion, confused = oracle.confusion_matrix(), oracle.most_confused(min_val=1)
        losses, rows = oracle.top_losses(20)
    assert valid.confusion.tolist() == confusion.tolist()
    ours = [
        (valid.classes[actual], valid.classes[predicted], count)
        for actual, predicted, count in most_confused(valid.confusion)
    ]
    assert ours == [(actual, predicted, int(count)) for actual, predicted, count in confused]
    assert ranked(valid)[:20] == [int(row) for row in rows]
    assert valid.losses[ranked(valid)[:20]].tolist() == pytest.approx(
        [float(loss) for loss in losses], abs=0.02
    )
