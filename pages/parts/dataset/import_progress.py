"""Photos that are being added.

A bar that goes on when the page is left, what came of them, and how full the workspace is.
"""

from collections import Counter

import streamlit as st

from model.datasets.background import ImportJob
from model.datasets.intake import ImportResult
from model.datasets.quota import usage
from model.jobs.queue import last_killed_job
from model.jobs.records import INTAKE, INTAKE_KILLED
from model.wording import count, megabytes
from pages.shared import state
from pages.shared.cache.store import get_store
from pages.shared.cache.works import get_import_jobs
from pages.shared.text import plain

TICK_S = 0.5
MOST_NAMED = 200  # Files in the list of those left out


def show_import(workspace: str) -> None:
    """What is being added, or what came of it, until that is closed."""
    intake = get_import_jobs().of(workspace)
    if intake is not None:
        with st.container(border=True, key="dataset_intake"):
            if intake.is_running:
                watch_import(intake)
            else:
                _show_result(intake, workspace)
        return
    stopped = last_killed_job(get_store(), workspace, INTAKE)
    if stopped is not None and not state.is_seen(f"job {stopped}"):
        st.warning(INTAKE_KILLED, icon=":material/error:")
        st.button(
            "Close", key="dataset_close_killed", on_click=state.set_seen, args=(f"job {stopped}",)
        )


@st.fragment(run_every=TICK_S)
def watch_import(intake: ImportJob) -> None:
    """Photos that are being added, until none is left."""
    st.markdown(f"**{plain(intake.title)}**")
    share = min(1.0, intake.done / max(1, intake.total))
    st.progress(share, f"{intake.done} of {intake.total} looked at{_so_far(intake.result)}")
    if st.button(
        "Cancel",
        icon=":material/cancel:",
        key="dataset_cancel",
        disabled=intake.cancelled,
        help="What has come so far stays.",
    ):
        intake.cancelled = True
    if not intake.is_running:
        st.rerun()


def _so_far(report: ImportResult) -> str:
    """What came of them, once anything did."""
    return f": {in_figures(report)}" if report.added or report.doubles or report.refused else ""


def in_figures(report: ImportResult) -> str:
    """`120 added, 3 known already, 2 not taken`."""
    told = [
        (report.added, "added"),
        (report.doubles, "known already"),
        (len(report.refused), "not taken"),
        (report.left_out, "left out because the workspace is full"),
    ]
    return ", ".join(f"{number} {word}" for number, word in told if number or word == "added")


def show_refused(report: ImportResult) -> None:
    """Why files were not taken: how many for each reason, and which."""
    if not report.refused:
        return
    reasons = Counter(one.reason for one in report.refused)
    with st.expander(
        f"Not taken: {count(len(report.refused), 'file')}, and why", icon=":material/rule:"
    ):
        st.markdown(
            "\n".join(f"- {number} x {plain(reason)}" for reason, number in reasons.most_common())
        )
        lines = [f"{plain(one.path)}: {plain(one.reason)}" for one in report.refused[:MOST_NAMED]]
        st.caption("  \n".join(lines))


def show_quota(workspace: str) -> None:
    """How full the workspace is, before it is full."""
    used = usage(get_store(), workspace)
    st.progress(
        used.share,
        f":small[Your workspace holds {used.photos:,} of {used.max_photos:,} photos, "
        f"{megabytes(used.bytes)} of "
        f"{megabytes(used.max_bytes)}]",
    )
    if used.is_full:
        st.warning(
            "Your workspace is full. Remove photos or a dataset, and there is room again.",
            icon=":material/inventory_2:",
        )


def _show_result(intake: ImportJob, workspace: str) -> None:
    report = intake.result
    st.markdown(f"**{plain(intake.title)}:** {in_figures(report)}.")
    if intake.error and not intake.cancelled:
        st.error(plain(intake.error), icon=":material/error:")
    show_refused(report)
    with st.container(horizontal=True, vertical_alignment="center"):
        if report.added:
            st.page_link(
                "pages/retrain.py",
                label="Train on them",
                icon=":material/model_training:",
                query_params=state.link(),
            )
        st.button(
            "Close",
            key="dataset_close_intake",
            type="tertiary",
            on_click=get_import_jobs().forget,
            args=(workspace,),
        )
