"""Each guess of the assignment's essay as an experiment: a question, a button, an answer."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from model.catalogue.dataset import Dataset, check_trainable
from model.errors import CannotTrain
from model.experiments.backbones_compared import BackbonesCompared, rows_of_runs
from model.experiments.background import ExperimentJob, start_experiment
from model.experiments.registry import EXPERIMENTS
from model.experiments.saved import ExperimentResult
from model.wording import listed, time_left
from pages.parts.report.findings import get_experiment_result, get_experiment_settings
from pages.parts.report.tuning import show_search
from pages.shared.cache.jobs import get_experiment_jobs
from pages.shared.cache.runs import get_run, is_fine_tuned
from pages.shared.cache.store import get_dataset
from pages.shared.text import plain
from pages.shared.visit import Visit
from pages.shared.watching import watch


def show_experiments(visit: Visit) -> None:
    """Draw all questions, with their answers where they were found out."""
    dataset = get_dataset(visit)
    try:
        check_trainable(dataset)
    except CannotTrain as error:
        st.warning(plain(str(error)), icon=":material/block:")
        return
    results = {kind: get_experiment_result(kind, visit) for kind in EXPERIMENTS}
    open_questions = [kind for kind, result in results.items() if result is None]
    job = get_experiment_jobs().of(visit.workspace)
    busy = job is not None and job.is_running
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            "Too few photos? Wrong labels? The wrong model? Just luck? Each guess is an "
            "experiment of seconds.",
            width="stretch",
        )
        if open_questions:
            st.button(
                "Find out all" if len(open_questions) == len(results) else "Find out the rest",
                type="primary",
                icon=":material/science:",
                key="report_all",
                disabled=busy,
                on_click=partial(_start, dataset, visit, open_questions),
            )
    _show_experiment_job(job, dataset, visit)
    for kind, result in results.items():
        with st.container(border=True, key=f"report_{kind}"):
            _show_experiment(kind, result, dataset, visit, busy=busy)
    with st.container(border=True, key="report_search"):
        show_search(dataset, visit, busy=busy)


def _show_experiment_job(job: ExperimentJob | None, dataset: Dataset, visit: Visit) -> None:
    if job is None:
        return
    if job.is_running:
        with st.container(border=True):
            watch(job, _progress, "report_cancel")
    elif job.error and job.fingerprint == dataset.fingerprint:
        show = st.info if job.cancelled else st.error
        show(f"{plain(job.title)} {plain(job.error)}", icon=":material/cancel:")
        st.button(
            "Close",
            key="report_close",
            type="tertiary",
            on_click=partial(get_experiment_jobs().forget, visit.workspace),
        )


def _progress(job: ExperimentJob) -> str:
    left = time_left(job.pace.seconds_left)
    return f"{plain(job.title)} {job.done} of {job.total}{left}"


def _show_experiment(
    kind: str, result: ExperimentResult | None, dataset: Dataset, visit: Visit, *, busy: bool
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
                on_click=partial(_start, dataset, visit, [kind]),
            )
        return
    st.markdown(plain(result.sentence))
    _show_chart(kind, result)
    if isinstance(result, BackbonesCompared):
        _show_other_models(result, dataset, visit)


def _show_chart(kind: str, result: ExperimentResult) -> None:
    from pages.shared.charts.experiments import CHARTS

    if kind in CHARTS:
        chart, explanation = CHARTS[kind]
        st.altair_chart(chart(result), alt=result.sentence)
        st.caption(explanation)


def _show_other_models(result: BackbonesCompared, dataset: Dataset, visit: Visit) -> None:
    """List the backbones that could not be tried, and fine-tuned networks under today's labels."""
    sentences = [f"{row.title}: {plain(row.missing)}" for row in result.rows if row.missing]
    names = {run: name for run, name in visit.run_names.items() if is_fine_tuned(run)}
    for row in rows_of_runs([get_run(run) for run in names], dataset):
        rates = [
            f"{part.error:.1%} of the {split}"
            for split, part in (("validation", row.valid), ("test", row.test))
            if part
        ]
        if rates:
            sentences.append(
                f"Whole network, {plain(names[row.card.id])}, on {row.card.backbone}: "
                f"{listed(rates, 'and')} photos wrong"
            )
    if sentences:
        st.caption("  \n".join(sentences))


def _start(dataset: Dataset, visit: Visit, kinds: Sequence[str]) -> None:
    backbone, settings = get_experiment_settings(visit.renewed())
    start_experiment(
        get_experiment_jobs(),
        visit.store,
        visit.workspace,
        dataset,
        kinds,
        backbone=backbone,
        settings=settings,
    )
