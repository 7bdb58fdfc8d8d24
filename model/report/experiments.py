"""Experiments on a dataset as findings of its report, with a gap for each that was not run."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from model.catalogue.dataset import Dataset
from model.catalogue.store import Store
from model.colours import RIGHT, WRONG
from model.experiments.learning_curve import LearningCurve
from model.experiments.registry import EXPERIMENTS
from model.experiments.saved import load_result
from model.experiments.tuning.findings import findings
from model.networks.backbones import DEFAULT_BACKBONE
from model.report.contents import Finding
from model.report.drawings import WIDE
from model.report.svg import Drawing, draw
from model.runs.run import RunCard
from model.runs.settings import HeadSettings

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SEARCH_QUESTION = "Would other settings help?"


def experiment_settings(card: RunCard | None) -> tuple[str, HeadSettings]:
    """Give the backbone and settings that experiments use: those of a run, if that is a head."""
    if card is None or not isinstance(card.settings, HeadSettings):
        return DEFAULT_BACKBONE, HeadSettings()
    return card.backbone, card.settings


def experiment_findings(
    store: Store, dataset: Dataset, card: RunCard | None, workspace: str | None
) -> list[Finding]:
    """Load a finding for each question; no sentence if none was run. Raises StoreUnavailable."""
    backbone, settings = experiment_settings(card)
    answers = []
    for kind, experiment in EXPERIMENTS.items():
        result = load_result(store, experiment.result, dataset.fingerprint, backbone, settings)
        drawing = DRAWINGS[kind](result) if result and kind in DRAWINGS else None
        answers.append(Finding(experiment.question, result.sentence if result else None, drawing))
    search = findings(store, dataset, workspace=workspace)
    return [*answers, Finding(SEARCH_QUESTION, search.sentence if search else None)]


def learning_curve(result: LearningCurve) -> Drawing:
    """Draw the validation error against the number of training photos, and where it leads."""
    measured = [(point.photos, point.valid) for point in result.points]
    expected = [(forecast.photos, forecast) for forecast in result.forecasts]

    def plot(axes: "Axes") -> None:
        for rows, style, colour, opacity, label in (
            (measured, "o-", RIGHT, 0.15, "measured"),
            (expected, "--", WRONG, 0.12, "to be expected"),
        ):
            if rows:
                sizes = [photos for photos, _ in rows]
                errors = [100 * rate.error for _, rate in rows]
                axes.plot(sizes, errors, style, color=colour, linewidth=2, label=label)
                lows, highs = zip(
                    *((100 * rate.low, 100 * rate.high) for _, rate in rows), strict=True
                )
                axes.fill_between(sizes, lows, highs, color=colour, alpha=opacity, linewidth=0)
        axes.set_ylim(bottom=0)
        axes.set_xlabel("training photos")
        axes.set_ylabel("validation error rate, %")
        axes.legend(frameon=False)

    return draw("learning-curve", result.sentence, (WIDE, 2.7), plot)


# By kind of experiment; one without a drawing has its sentence only.
DRAWINGS: Mapping[str, Callable[[Any], Drawing]] = {LearningCurve.KIND: learning_curve}
