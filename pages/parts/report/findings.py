"""Results of experiments and tuning, and the report's contents, loaded for a visit."""

from typing import TYPE_CHECKING

from pages.shared.cache.runs import active_run_id, get_card
from pages.shared.cache.store import get_dataset

if TYPE_CHECKING:
    from model.experiments.saved import ExperimentResult
    from model.experiments.tuning.findings import TuningResult
    from model.report.contents import Contents
    from model.runs.run import RunCard
    from model.runs.settings import HeadSettings
    from pages.shared.visit import Visit


def get_experiment_settings(visit: "Visit") -> "tuple[str, HeadSettings]":
    """Choose the backbone and settings of this workspace's experiments: those of the run in use."""
    from model.report.experiments import experiment_settings

    return experiment_settings(_active_card(visit))


def get_experiment_result(kind: str, visit: "Visit") -> "ExperimentResult | None":
    """Load the result of an experiment on the dataset as it is now; None before it was made."""
    from model.experiments.registry import EXPERIMENTS
    from model.experiments.saved import load_result

    backbone, settings = get_experiment_settings(visit)
    result_class, fingerprint = EXPERIMENTS[kind].result, get_dataset(visit).fingerprint
    return load_result(visit.store, result_class, fingerprint, backbone, settings)


def get_tuning_result(visit: "Visit") -> "TuningResult | None":
    """Load the trials of tuning so far; None before the first."""
    from model.experiments.tuning.findings import findings

    return findings(visit.store, get_dataset(visit), workspace=visit.workspace)


def get_report_contents(visit: "Visit") -> "Contents":
    """Gather the contents of the workspace's report."""
    from model.report.contents import report_contents
    from model.report.experiments import experiment_findings

    findings = experiment_findings(
        visit.store, get_dataset(visit), _active_card(visit), visit.workspace
    )
    return report_contents(visit.store, visit.workspace, active_run_id(visit), findings)


def _active_card(visit: "Visit") -> "RunCard | None":
    run = active_run_id(visit)
    return get_card(run) if run else None
