"""Would more photos help? Where the answer is known by design, that is the answer."""

from dataclasses import replace

import numpy as np
import pytest

from model.errors import Cancelled
from model.experiments.forecasts import forecasts
from model.experiments.learning_curve import LearningCurve, Trend, run
from model.experiments.power_law import fit
from model.experiments.repeats import mistakes_per_training, select_rows
from model.experiments.split_features import SplitFeatures
from model.runs.settings import HeadSettings
from tests.model.experiments.made import clouds, flipped, unheard

QUICK = HeadSettings(learning_rate=0.02)  # For features of twenty dimensions instead of a thousand


def with_noisy_valid(material: SplitFeatures, share: float) -> SplitFeatures:
    """Validation labels partly wrong: an error that no training photo can bring down."""
    valid = material.valid
    noisy = replace(valid, labels=flipped(valid.labels, share, len(material.classes), seed=0))
    return replace(material, valid=noisy)


@pytest.mark.parametrize("floor", [0.0, 0.15])
def test_saturated_data_give_flat(floor: float) -> None:
    found = run(with_noisy_valid(clouds(300, 200, 90, apart=6), floor), QUICK, unheard)
    assert found.verdict == Trend.FLAT
    assert found.sentence.startswith(
        f"The curve is flat at {100 * floor:.0f}% wrong: more of the same will hardly help."
    )


def test_few_photos_with_much_to_learn_give_a_curve_that_still_falls() -> None:
    found = run(clouds(60, 400, dimensions=100), QUICK, unheard)
    assert found.verdict == Trend.FALLS
    assert found.sentence.startswith(
        "The curve still falls: 60 more photos (twice as many) should bring about "
    )
    then = found.doubled
    assert then is not None
    assert then.gain_low < then.trend_low < then.gain < then.trend_high < then.gain_high
    assert f"about {100 * then.error:.0f}%" in found.sentence


def test_what_was_promised_comes_true_when_the_photos_come() -> None:
    kept = []
    for seed in range(4):
        later = clouds(120, 400, dimensions=100, seed=seed)
        now = replace(later, train=select_rows(later.train, np.arange(60)))
        found, all_at_once = run(now, QUICK, unheard), replace(QUICK, batch_size=24)
        wrong, _ = mistakes_per_training(later, all_at_once)
        gain = found.points[-1].valid.error - float(wrong.mean())
        then = found.doubled
        kept.append(then is not None and then.gain_low <= gain <= then.gain_high)
    assert sum(kept) >= 3


def test_with_few_validation_photos_it_cannot_be_told() -> None:
    found = run(clouds(60, 9, apart=2), QUICK, unheard)
    assert found.verdict == Trend.UNKNOWN
    assert "9 validation photos" in found.sentence


def test_two_photos_a_class_make_no_curve() -> None:
    found = run(clouds(6, 3), QUICK, unheard)
    assert (found.verdict, found.forecasts) == (Trend.UNKNOWN, ())
    assert (
        found.sentence
        == "It cannot be told with so few photos: no curve goes through 6 training photos."
    )


def test_sizes_grow_from_a_tenth_to_all_and_every_draw_is_judged_on_both_splits() -> None:
    found = run(clouds(300, 60, 30), QUICK, unheard)
    sizes = [point.photos for point in found.points]
    assert sizes == sorted(set(sizes))
    assert (len(sizes), sizes[0], sizes[-1]) == (8, 30, 300)
    for point in found.points:
        assert point.test is not None
        assert 0 <= point.valid.low <= point.valid.error <= point.valid.high <= 1
    assert [one.photos for one in found.forecasts] == [300, 375, 400, 450, 525, 600]
    assert found.forecasts[0].gain == found.forecasts[0].gain_high == 0


@pytest.mark.parametrize("classes", [2, 20])
def test_any_number_of_classes_is_drawn_in_proportion(classes: int) -> None:
    found = run(clouds(5 * classes, 2 * classes, classes=classes, dimensions=30), QUICK, unheard)
    assert found.points[0].photos == 2 * classes
    assert found.points[-1].photos == 5 * classes
    assert found.points[0].test is None


def test_the_same_seed_finds_the_same_and_another_seed_draws_anew() -> None:
    found: list[LearningCurve] = [
        run(clouds(40, 60, apart=2), QUICK, unheard, seed) for seed in (0, 0, 1)
    ]
    assert found[0] == found[1] != found[2]


def test_it_can_be_cancelled_between_two_trainings() -> None:
    heard: list[tuple[int, int]] = []

    def progress(done: int, total: int) -> None:
        heard.append((done, total))
        if done == 3:
            raise Cancelled("Enough.")

    with pytest.raises(Cancelled):
        run(clouds(300, 60), QUICK, progress)
    assert heard == [(0, 40), (1, 40), (2, 40), (3, 40)]


@pytest.mark.parametrize(
    ("limit", "scale", "exponent"), [(0.1, 0.2, 0.3), (0.0, 0.3, 0.5), (0.05, 0.0, 0.1)]
)
def test_a_curve_that_is_a_power_law_is_found(limit: float, scale: float, exponent: float) -> None:
    sizes = [20, 40, 80, 160, 320]
    errors = limit + scale * (np.array(sizes) / 320) ** -exponent
    curves = fit(sizes, errors[None])
    assert curves.at(640)[0] == pytest.approx(limit + scale * 2**-exponent, abs=1e-6)


def test_errors_never_fall_below_none() -> None:
    curves = fit([20, 40, 80, 160], np.array([[0.4, 0.2, 0.1, 0.0]]))
    assert curves.at(10_000)[0] >= 0
    assert curves.limit[0] == 0


def test_what_lies_further_off_is_less_sure() -> None:
    wrong = (
        np.random.default_rng(0).random((5, 5, 100))
        < np.array([0.5, 0.4, 0.3, 0.25, 0.22])[:, None]
    )
    made = forecasts([40, 80, 160, 240, 320], wrong, seed=0)
    widths = [one.gain_high - one.gain_low for one in made]
    assert widths == sorted(widths)
    assert widths[0] == 0 < widths[1]
