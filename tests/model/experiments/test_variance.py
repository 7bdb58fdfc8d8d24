"""Is it even real? Luck is shown for what it is."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from model.errors import Cancelled
from model.evaluation.intervals import SIGNIFICANT, mcnemar
from model.experiments.repeats import ErrorRange, Mistakes
from model.experiments.split_features import SplitFeatures
from model.experiments.variance import SeedAndSplitVariance, run
from model.runs.settings import HeadSettings
from tests.model.experiments.made import clouds, unheard

if TYPE_CHECKING:
    from model.training.head import LabelledFeatures

QUICK = HeadSettings(learning_rate=0.02)


def test_the_assignments_own_figures_are_put_into_words() -> None:
    same = ErrorRange(0.24, 0.22, 0.26)
    found = SeedAndSplitVariance(82, 20, 0.164, 0.347, same, same, (0.24,), (0.24,), 6)
    assert found.sentence.startswith(
        "With 82 validation photos, 24% wrong means 16% to 35%; "
        "a change of under 7 points on them cannot be told from luck."
    )


def test_the_least_change_is_the_least_that_passes_the_test() -> None:
    found = run(clouds(60, 82, apart=1.0), QUICK, unheard)
    assert found.fixed_at_least is not None
    assert mcnemar(found.fixed_at_least, 0) < SIGNIFICANT <= mcnemar(found.fixed_at_least - 1, 0)


def test_few_mistakes_leave_nothing_to_show() -> None:
    found = run(clouds(90, 30, apart=6), QUICK, unheard)
    assert (found.errors, found.fixed_at_least) == (0, None)
    assert "with only 0 mistakes, even a classifier without any may just be lucky" in found.sentence


def test_other_splits_move_the_error_and_the_interval_is_wide_enough_for_most() -> None:
    found = run(clouds(120, 60, apart=2.0), QUICK, unheard)
    assert len(found.seed_errors) == len(found.split_errors) == 10
    assert found.seed_errors[0] == found.error
    assert len(set(found.split_errors)) > 3
    assert found.splits == ErrorRange(
        float(np.mean(found.split_errors)), min(found.split_errors), max(found.split_errors)
    )
    assert sum(found.low <= error <= found.high for error in found.split_errors) >= 8


def test_a_split_keeps_as_many_of_each_class_and_no_photo_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[tuple[LabelledFeatures, LabelledFeatures]] = []

    def look(features: SplitFeatures, _settings: HeadSettings) -> list[Mistakes]:
        seen.append((features.train, features.valid))
        return [np.zeros(len(features.valid.labels), bool)]

    monkeypatch.setattr("model.experiments.variance.mistakes_per_training", look)
    material = clouds(50, 20)
    run(material, QUICK, unheard)
    everything = sorted(np.concatenate([material.train.features, material.valid.features])[:, 0])
    for train, valid in seen[10:]:
        assert np.bincount(valid.labels).tolist() == np.bincount(material.valid.labels).tolist()
        assert sorted(np.concatenate([train.features, valid.features])[:, 0]) == everything
    assert not np.array_equal(seen[10][1].features, seen[11][1].features)


def test_a_class_may_be_absent_from_valid() -> None:
    material = clouds(40, 20, classes=2)
    only = replace(
        material.valid, features=material.valid.features[::2], labels=material.valid.labels[::2]
    )
    found = run(replace(material, valid=only), QUICK, unheard)
    assert found.valid_photos == 10
    assert found.sentence.startswith("With 10 validation photos")


@pytest.mark.parametrize("classes", [2, 20])
def test_two_photos_a_class_are_enough_for_an_answer(classes: int) -> None:
    assert run(clouds(2 * classes, 1, classes=classes), QUICK, unheard).sentence.startswith(
        "With 1 validation photo,"
    )


def test_it_can_be_cancelled() -> None:
    def progress(done: int, total: int) -> None:
        if (done, total) == (2, 20):
            raise Cancelled("Enough.")

    with pytest.raises(Cancelled):
        run(clouds(60, 30), QUICK, progress)
