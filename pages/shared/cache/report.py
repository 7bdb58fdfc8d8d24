"""Findings of experiments and searches, and the report's contents."""

from typing import TYPE_CHECKING

from model.catalogue.dataset import Dataset

if TYPE_CHECKING:
    from model.experiments.saved import ExperimentResult
    from model.experiments.tuning.findings import TuningResult
    from model.report.contents import Contents
    from model.runs.settings import HeadSettings
from pages.shared.cache.runs import active_run_id, get_card
from pages.shared.cache.store import get_dataset, get_store


def get_experiment_settings(workspace: str) -> "tuple[str, HeadSettings]":
    """The backbone and settings that this workspace's experiments use."""
    from model.report.experiments import experiment_settings

    run = active_run_id(workspace)
    return experiment_settings(get_card(run) if run else None)


def get_experiment_result(kind: str, dataset: Dataset, workspace: str) -> "ExperimentResult | None":
    """What an experiment on the dataset as it is now has found, if it was made."""
    from model.experiments.registry import EXPERIMENTS
    from model.experiments.saved import load_result

    result = EXPERIMENTS[kind].result
    return load_result(
        get_store(), result, dataset.fingerprint, *get_experiment_settings(workspace)
    )


def get_tuning_result(dataset: Dataset, workspace: str) -> "TuningResult | None":
    """What a search for better settings has found so far."""
    from model.experiments.tuning.findings import findings

    return findings(get_store(), dataset, workspace=workspace)


def get_report_contents(workspace: str) -> "Contents":
    """What the workspace's report says."""
    from model.report.contents import report_contents
    from model.report.experiments import experiment_findings

    run = active_run_id(workspace)
    answers = experiment_findings(
        get_store(), get_dataset(workspace), get_card(run) if run else None, workspace
    )
    return report_contents(get_store(), workspace, run, answers)
