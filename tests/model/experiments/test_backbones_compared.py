"""Would another model help? Compared on the same photos, with a reason where one is missing."""

from dataclasses import replace

import numpy as np
import pytest

from model.catalogue.dataset import find_dataset
from model.catalogue.starter import STARTER
from model.catalogue.store import Store
from model.errors import Cancelled
from model.evaluation.intervals import wilson
from model.experiments.backbones_compared import rows_of_runs, run
from model.experiments.split_features import SplitFeatures
from model.networks.backbones import BACKBONES, DEFAULT_BACKBONE
from model.networks.pretrained import build_network
from model.runs.run import SHIPPED, load_run, run_folder
from model.runs.settings import HeadSettings
from tests.model.experiments.made import clouds, unheard
from tests.starter_set import IN_SPLIT

QUICK = HeadSettings(learning_rate=0.02)
LITE2 = "efficientnet-lite2"
MISSING = "ResNet-18's weights are downloaded on first use, and the download failed."


def blurred(material: SplitFeatures, noise: float) -> SplitFeatures:
    """The same photos, seen less clearly."""
    random = np.random.default_rng(1)
    train, valid, test = (
        replace(
            part,
            features=part.features
            + random.normal(0, noise, part.features.shape).astype(np.float32),
        )
        for part in (material.train, material.valid, material.test)
    )
    return replace(material, train=train, valid=valid, test=test)


def test_a_backbone_that_sees_more_is_better_beyond_luck() -> None:
    clear = clouds(90, 120, 60)
    found = run(
        {LITE2: clear, DEFAULT_BACKBONE: blurred(clear, 3), "resnet18": MISSING}, QUICK, unheard
    )
    assert [row.backbone for row in found.rows] == [DEFAULT_BACKBONE, LITE2, "resnet18"]
    assert found.best is found.rows[1]
    assert found.is_better
    assert found.sentence.startswith("EfficientNet-Lite2 gets ")
    assert "more than luck. It takes 1.5 times as long" in found.sentence


def test_as_good_a_backbone_is_not_called_better() -> None:
    one = clouds(90, 120, apart=2)
    found = run({DEFAULT_BACKBONE: blurred(one, 0.3), LITE2: one}, QUICK, unheard)
    assert not found.is_better
    assert "more than luck" not in found.sentence


def test_where_the_default_is_best_it_says_so() -> None:
    clear = clouds(90, 120)
    found = run({DEFAULT_BACKBONE: clear, LITE2: blurred(clear, 3)}, QUICK, unheard)
    assert found.sentence.startswith(
        "No other model at hand gets fewer photos wrong than EfficientNet-Lite0, "
    )
    assert not found.is_better


def test_figures_are_those_of_the_photos() -> None:
    found = run(
        {DEFAULT_BACKBONE: clouds(60, 90, 30, apart=1.5), LITE2: clouds(60, 90, 30, apart=1.5)},
        QUICK,
        unheard,
    )
    default, same = found.rows
    assert default.valid is not None
    assert default.test is not None
    assert same.against is not None
    assert (default.valid.photos, default.test.photos) == (90, 30)
    assert (default.valid.low, default.valid.high) == wilson(round(90 * default.valid.error), 90)
    assert default.against is None
    assert (same.against.fixed, same.against.broken, same.against.p_value) == (0, 0, 1)


@pytest.mark.parametrize(
    "materials",
    [
        {DEFAULT_BACKBONE: clouds(60, 30), LITE2: MISSING},
        {DEFAULT_BACKBONE: MISSING, LITE2: MISSING},
    ],
)
def test_what_cannot_be_compared_says_why(materials: dict[str, SplitFeatures | str]) -> None:
    found = run(materials, QUICK, unheard)
    assert found.rows[1].missing == MISSING
    assert found.rows[1].valid is None
    assert found.sentence.startswith(
        "It cannot be told, for there are no two models to compare. ResNet-18's weights"
    )


def test_no_test_photos_no_test_figures() -> None:
    assert run({DEFAULT_BACKBONE: clouds(60, 30)}, QUICK, unheard).rows[0].test is None


def test_weights_weigh_what_is_said() -> None:
    for row in (row for row in BACKBONES.values() if row.is_installed):
        tensors = [
            tensor for name in row.networks for tensor in build_network(name).state_dict().values()
        ]
        size_mb = sum(tensor.numel() * tensor.element_size() for tensor in tensors) / 1e6
        assert size_mb == pytest.approx(row.weights_mb, abs=0.05)


def test_saved_runs_are_judged_by_the_labels_of_now(store: Store) -> None:
    shipped, dataset = load_run(run_folder(store, SHIPPED)), find_dataset(store, STARTER)
    (row,) = rows_of_runs([shipped], dataset)
    assert row.valid is not None
    assert (row.card.mode, row.card.backbone, row.valid.photos) == (
        "head",
        DEFAULT_BACKBONE,
        IN_SPLIT["valid"],
    )
    assert row.valid.error == pytest.approx(
        shipped.evaluation.for_split("valid").errors / IN_SPLIT["valid"]
    )
    told = [replace(labelled, label="tree") for labelled in dataset.photos]
    (other,) = rows_of_runs([shipped], replace(dataset, photos=tuple(told)))
    assert other.valid is not None
    assert other.valid.error > 0.5


def test_it_can_be_cancelled() -> None:
    def progress(done: int, total: int) -> None:
        if (done, total) == (4, 6):
            raise Cancelled("Enough.")

    with pytest.raises(Cancelled):
        run({DEFAULT_BACKBONE: clouds(60, 30), LITE2: clouds(60, 30)}, QUICK, progress)
