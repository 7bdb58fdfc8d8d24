"""Each guess of the assignment's essay as an experiment.

A question, a button, and the answer with the figure behind it.
"""

from collections.abc import Sequence

import streamlit as st

from model.catalogue.dataset import Dataset, check_trainable
from model.errors import CannotTrain
from model.experiments.backbones_compared import BackbonesCompared, rows_of_runs
from model.experiments.background import ExperimentJob, start_experiment
from model.experiments.registry import EXPERIMENTS
from model.experiments.saved import ExperimentResult
from model.runs.listing import runs_of
from model.wording import listed
from pages.parts.report.tuning import show_search
from pages.shared.cache.report import get_experiment_result, get_experiment_settings
from pages.shared.cache.runs import get_run, is_fine_tuned
from pages.shared.cache.store import get_store
from pages.shared.cache.works import get_experiment_jobs
from pages.shared.text import plain

TICK_S = 0.5


def show_experiments(dataset: Dataset, workspace: str) -> None:
    """All questions, those that were answered with their answers."""
    try:
        check_trainable(dataset)
    except CannotTrain as error:
        st.warning(plain(str(error)), icon=":material/block:")
        return
    found = {kind: get_experiment_result(kind, dataset, workspace) for kind in EXPERIMENTS}
    open_questions = [kind for kind, result in found.items() if result is None]
    inquiry = get_experiment_jobs().of(workspace)
    busy = inquiry is not None and inquiry.is_running
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            "Too few photos? Wrong labels? The wrong model? Just luck? Each guess is an "
            "experiment of seconds.",
            width="stretch",
        )
        if open_questions:
            st.button(
                "Find out all" if len(open_questions) == len(found) else "Find out the rest",
                type="primary",
                icon=":material/science:",
                key="report_all",
                disabled=busy,
                on_click=_start,
                args=(dataset, workspace, open_questions),
            )
    _show_experiment_job(inquiry, dataset, workspace)
    for kind, result in found.items():
        with st.container(border=True, key=f"report_{kind}"):
            _show_experiment(kind, result, dataset, workspace, busy=busy)
    with st.container(border=True, key="report_search"):
        show_search(dataset, workspace, busy=busy)


def _show_experiment_job(inquiry: ExperimentJob | None, dataset: Dataset, workspace: str) -> None:
    if inquiry is None:
        return
    if inquiry.is_running:
        with st.container(border=True):
            watch_experiment(inquiry)
    elif inquiry.error and inquiry.fingerprint == dataset.fingerprint:
        show = st.info if inquiry.cancelled else st.error
        show(f"{plain(inquiry.title)} {plain(inquiry.error)}", icon=":material/cancel:")
        st.button(
            "Close",
            key="report_close",
            type="tertiary",
            on_click=get_experiment_jobs().forget,
            args=(workspace,),
        )


@st.fragment(run_every=TICK_S)
def watch_experiment(inquiry: ExperimentJob) -> None:
    """Experiments under way, until they are over."""
    st.progress(
        min(1.0, inquiry.done / max(1, inquiry.total)),
        f"{plain(inquiry.title)} {inquiry.done} of {inquiry.total}",
    )
    if st.button(
        "Cancel", icon=":material/cancel:", key="report_cancel", disabled=inquiry.cancelled
    ):
        inquiry.cancelled = True
    if not inquiry.is_running:
        st.rerun()


def _show_experiment(
    kind: str, result: ExperimentResult | None, dataset: Dataset, workspace: str, *, busy: bool
) -> None:
    experiment = EXPERIMENTS[kind]
    st.subheader(experiment.question, anchor=False)
    if result is None:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(experiment.method, width="stretch")
            st.button(
                "Find out",
                key=f"report_start_{kind}",
                icon=":material/science:",
                disabled=busy,
                on_click=_start,
                args=(dataset, workspace, [kind]),
            )
        return
    st.markdown(plain(result.sentence))
    _show_chart(kind, result)
    if isinstance(result, BackbonesCompared):
        _show_other_models(result, dataset, workspace)


def _show_chart(kind: str, result: ExperimentResult) -> None:
    from pages.shared.charts.experiments import CHARTS  # Not before the first paint: see charts.py.

    if kind in CHARTS:
        chart, explanation = CHARTS[kind]
        st.altair_chart(chart(result), alt=result.sentence)
        st.caption(explanation)


def _show_other_models(result: BackbonesCompared, dataset: Dataset, workspace: str) -> None:
    """The backbones that could not be tried, and the whole networks that were fine-tuned, under the
    labels of now.
    """
    told = [f"{row.title}: {plain(row.missing)}" for row in result.rows if row.missing]
    entries = {
        entry.id: entry.name for entry in runs_of(get_store(), workspace) if is_fine_tuned(entry.id)
    }
    for row in rows_of_runs([get_run(run) for run in entries], dataset):
        rates = [
            f"{part.error:.1%} of the {split}"
            for split, part in (("validation", row.valid), ("test", row.test))
            if part
        ]
        if rates:
            told.append(
                f"Whole network, {plain(entries[row.run])}, on {row.backbone}: "
                f"{listed(rates, 'and')} photos wrong"
            )
    if told:
        st.caption("  \n".join(told))


def _start(dataset: Dataset, workspace: str, kinds: Sequence[str]) -> None:
    backbone, settings = get_experiment_settings(workspace)
    start_experiment(
        get_experiment_jobs(),
        get_store(),
        workspace,
        dataset,
        kinds,
        backbone=backbone,
        settings=settings,
    )
