"""What the experiments on a dataset have found, for its report: those that were made, and a gap for each that was not."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from model.catalogue.dataset import Dataset
from model.catalogue.store import Store
from model.experiments.learning_curve import LearningCurve
from model.experiments.registry import EXPERIMENTS
from model.experiments.saved import load_result
from model.experiments.tuning.findings import findings
from model.networks.backbones import DEFAULT_BACKBONE
from model.report.contents import Finding
from model.report.drawings import WIDE
from model.report.palette import RIGHT, WRONG
from model.report.svg import Drawing, draw
from model.runs.run import RunCard
from model.runs.settings import HeadSettings

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SEARCH_QUESTION = "Would other settings help?"


def usual_settings(card: RunCard | None) -> tuple[str, HeadSettings]:
    """The backbone and settings that experiments use: those of a run, if that is a head."""
    if card is None or not isinstance(card.settings, HeadSettings):
        return DEFAULT_BACKBONE, HeadSettings()
    return card.backbone, card.settings


def experiment_findings(
    store: Store, dataset: Dataset, card: RunCard | None, workspace: str | None
) -> list[Finding]:
    """A finding for each question, without a sentence where it was not asked yet. Raises StoreUnavailable."""
    backbone, settings = usual_settings(card)
    answers = []
    for kind, experiment in EXPERIMENTS.items():
        result = load_result(store, experiment.result, dataset.fingerprint, backbone, settings)
        drawing = DRAWINGS[kind](result) if result and kind in DRAWINGS else None
        answers.append(Finding(experiment.question, result.sentence if result else None, drawing))
    search = findings(store, dataset, workspace=workspace)
    return [*answers, Finding(SEARCH_QUESTION, search.sentence if search else None)]


def learning_curve(found: LearningCurve) -> Drawing:
    """The validation error against the number of training photos, and where it leads."""

    def plot(axes: "Axes") -> None:
        sizes = [point.photos for point in found.points]
        axes.plot(
            sizes,
            [100 * point.valid.error for point in found.points],
            "o-",
            color=RIGHT,
            linewidth=2,
            label="measured",
        )
        lows, highs = (
            [100 * getattr(point.valid, end) for point in found.points] for end in ("low", "high")
        )
        axes.fill_between(sizes, lows, highs, color=RIGHT, alpha=0.15, linewidth=0)
        if found.forecasts:
            ahead = [one.photos for one in found.forecasts]
            axes.plot(
                ahead,
                [100 * one.error for one in found.forecasts],
                "--",
                color=WRONG,
                linewidth=2,
                label="to be expected",
            )
            lows, highs = (
                [100 * getattr(one, end) for one in found.forecasts] for end in ("low", "high")
            )
            axes.fill_between(ahead, lows, highs, color=WRONG, alpha=0.12, linewidth=0)
        axes.set_ylim(bottom=0)
        axes.set_xlabel("training photos")
        axes.set_ylabel("validation error rate, %")
        axes.legend(frameon=False)

    return draw("learning-curve", found.sentence, (WIDE, 2.7), plot)


# By kind of experiment; one without a drawing has its sentence only.
DRAWINGS: Mapping[str, Callable[[Any], Drawing]] = {LearningCurve.KIND: learning_curve}
