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
from pages.shared.cache.jobs import get_import_jobs
from pages.shared.frame import link_to_page
from pages.shared.text import plain
from pages.shared.visit import Visit
from pages.shared.watching import show_killed, watch

MOST_NAMED = 200  # Files in the list of those left out


def show_import(visit: Visit) -> None:
    """What is being added, or what came of it, until that is closed."""
    intake = get_import_jobs().of(visit.workspace)
    if intake is not None:
        with st.container(border=True, key="dataset_intake"):
            if intake.is_running:
                st.markdown(f"**{plain(intake.title)}**")
                kept = "What has come so far stays."
                watch(intake, _progress, "dataset_cancel", help=kept)
            else:
                _show_result(intake, visit)
        return
    killed = last_killed_job(visit.store, visit.workspace, INTAKE)
    show_killed(killed, INTAKE_KILLED, "dataset_close_killed")


def _progress(intake: ImportJob) -> str:
    report = intake.result
    results = f": {in_figures(report)}" if report.added or report.doubles or report.refused else ""
    return f"{intake.done} of {intake.total} looked at{results}"


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


def show_quota(visit: Visit) -> None:
    """How full the workspace is, before it is full."""
    used = usage(visit.store, visit.workspace)
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


def _show_result(intake: ImportJob, visit: Visit) -> None:
    report = intake.result
    st.markdown(f"**{plain(intake.title)}:** {in_figures(report)}.")
    if intake.error and not intake.cancelled:
        st.error(plain(intake.error), icon=":material/error:")
    show_refused(report)
    with st.container(horizontal=True, vertical_alignment="center"):
        if report.added:
            link_to_page("retrain", "Train on them", ":material/model_training:")
        st.button(
            "Close",
            key="dataset_close_intake",
            type="tertiary",
            on_click=get_import_jobs().forget,
            args=(visit.workspace,),
        )
