"""Findings of experiments and searches, and the report's contents."""

from typing import TYPE_CHECKING

from model.catalogue.dataset import Dataset

if TYPE_CHECKING:
    from model.experiments.saved import Result
    from model.experiments.tuning.findings import Search
    from model.report.contents import Contents
    from model.runs.settings import HeadSettings
from pages.shared.cache.runs import active_run_id, get_card
from pages.shared.cache.store import get_dataset, get_store


def get_usual(workspace: str) -> "tuple[str, HeadSettings]":
    """The backbone and settings that this workspace's experiments use."""
    from model.report.experiments import usual_settings

    run = active_run_id(workspace)
    return usual_settings(get_card(run) if run else None)


def get_found(kind: str, dataset: Dataset, workspace: str) -> "Result | None":
    """What an experiment on the dataset as it is now has found, if it was made."""
    from model.experiments.saved import kept

    backbone, settings = get_usual(workspace)
    return kept(get_store(), kind, dataset.fingerprint, backbone, settings)


def get_search(dataset: Dataset, workspace: str) -> "Search | None":
    """What a search for better settings has found so far."""
    from model.experiments.tuning.findings import findings

    return findings(get_store(), dataset, workspace=workspace)


def get_contents(workspace: str) -> "Contents":
    """What the workspace's report says."""
    from model.report.contents import report_contents
    from model.report.experiments import experiment_findings

    run = active_run_id(workspace)
    answers = experiment_findings(get_store(), get_dataset(workspace), get_card(run) if run else None, workspace)
    return report_contents(get_store(), workspace, run, answers)
