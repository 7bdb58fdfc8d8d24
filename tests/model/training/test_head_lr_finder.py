"""The head's learning rate finder: a rate that trains well, by fastai's rule; it can be stopped."""

import numpy as np
import pytest

from model.errors import Cancelled, CannotTrain
from model.networks.torchvision_operators import define_missing_operators
from model.progress import no_progress
from model.runs.settings import HeadSettings
from model.training.head import LabelledFeatures, train_head
from model.training.head_lr_finder import STEPS, try_learning_rates, valley
from tests.model.training.test_head import CLASSES, clusters


def test_it_suggests_a_rate_where_the_loss_falls() -> None:
    train, valid = clusters(300, 0), clusters(90, 1)
    result = try_learning_rates(train, len(CLASSES), HeadSettings(), no_progress)
    assert len(result.rates) == len(result.losses) > 50
    assert result.rates == sorted(result.rates)
    assert result.losses[0] == pytest.approx(np.log(len(CLASSES)))  # It knows nothing yet.

    def loss_with(rate: float) -> float:
        settings = HeadSettings(learning_rate=rate, epochs=5)
        return train_head(train, valid, CLASSES, settings).history[-1].train_loss

    assert loss_with(result.suggestion) < loss_with(result.suggestion / 30)
    assert result.suggestion < result.rates[int(np.argmin(result.losses))]


def test_it_counts_its_steps_and_stops_when_the_loss_grows() -> None:
    steps: list[tuple[int, int]] = []
    result = try_learning_rates(
        clusters(300, 0, noise=3), len(CLASSES), HeadSettings(), lambda *step: steps.append(step)
    )
    assert steps == [(step, STEPS) for step in range(1, len(result.rates) + 1)]
    assert len(steps) == STEPS or result.losses[-1] > 4 * min(result.losses)


def test_it_can_be_cancelled() -> None:
    def cancel(done: int, total: int) -> None:
        raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        try_learning_rates(clusters(30, 0), len(CLASSES), HeadSettings(), cancel)


def test_where_no_rate_works_it_says_so() -> None:
    wild = LabelledFeatures(np.full((30, 5), np.nan, np.float32), np.arange(30) % 3)
    with pytest.raises(CannotTrain, match="every learning rate"):
        try_learning_rates(wild, 3, HeadSettings(), no_progress)


@pytest.mark.parametrize("seed", range(20))
def test_its_valley_is_fastais(seed: int) -> None:
    define_missing_operators()
    from fastai.callback.schedule import valley as fastais

    random = np.random.default_rng(seed)
    losses = (np.cumsum(random.normal(-0.1, 0.5, 85)) + random.normal(size=85)).tolist()
    rates = np.geomspace(1e-7, 10, 85).tolist()
    assert valley(rates, losses) == fastais(rates, losses, STEPS)[0]
