"""Photos that are being added, what came of them, and how full the workspace is."""

from collections import Counter
from functools import partial

import streamlit as st

from model.datasets.background import ImportJob
from model.datasets.intake import ImportResult
from model.datasets.quota import usage
from model.jobs.queue import last_killed_job
from model.jobs.records import INTAKE, INTAKE_KILLED
from model.wording import count, megabytes, time_left
from pages.shared.cache.jobs import get_import_jobs, is_importing
from pages.shared.frame import link_to_page
from pages.shared.text import plain
from pages.shared.visit import Visit
from pages.shared.watching import show_killed, watch

MOST_NAMED = 200  # Files in the list of those left out


def show_import(visit: Visit) -> None:
    """Draw what is being added, or what came of it, until that is closed."""
    intake = get_import_jobs().of(visit.workspace)
    if intake is not None:
        with st.container(border=True, key="dataset_intake"):
            if intake.is_running:
                st.markdown(f"**{plain(intake.title)}**")
                watch(intake, _progress, "dataset_cancel", help="What has come so far stays.")
            else:
                _show_result(intake, visit)
        return
    killed = last_killed_job(visit.store, visit.workspace, INTAKE)
    show_killed(killed, INTAKE_KILLED, "dataset_close_killed")


def _progress(intake: ImportJob) -> str:
    report = intake.result
    results = f": {in_figures(report)}" if report.added or report.doubles or report.refused else ""
    left = time_left(intake.pace.seconds_left)
    return f"{intake.done} of {intake.total} looked at{left}{results}"


def ask_to_import(label: str, icon: str, key: str, visit: Visit, *, is_ready: bool) -> bool:
    """Draw the button that adds photos; off while others are being added."""
    busy = is_importing(visit.workspace)
    return st.button(
        label,
        type="primary",
        icon=icon,
        key=key,
        disabled=busy or not is_ready,
        help="Photos are still being added." if busy else None,
    )


def in_figures(report: ImportResult) -> str:
    """Write `120 added, 3 known already, 2 not taken`."""
    counts = [
        (report.added, "added"),
        (report.doubles, "known already"),
        (len(report.refused), "not taken"),
        (report.left_out, "left out because the workspace is full"),
    ]
    return ", ".join(f"{number} {word}" for number, word in counts if number or word == "added")


def show_refused(report: ImportResult) -> None:
    """Say why files were not taken: how many for each reason, and which."""
    if not report.refused:
        return
    reasons = Counter(file.reason for file in report.refused).most_common()
    title = f"Not taken: {count(len(report.refused), 'file')}, and why"
    with st.expander(title, icon=":material/rule:"):
        st.markdown("\n".join(f"- {number} x {plain(reason)}" for reason, number in reasons))
        files = report.refused[:MOST_NAMED]
        st.caption("  \n".join(f"{plain(file.path)}: {plain(file.reason)}" for file in files))


def show_quota(visit: Visit) -> None:
    """Draw how full the workspace is, before it is full."""
    used = usage(visit.store, visit.workspace)
    st.progress(
        used.share,
        f":small[Your workspace holds {used.photos:,} of {used.max_photos:,} photos, "
        f"{megabytes(used.bytes)} of {megabytes(used.max_bytes)}]",
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
            on_click=partial(get_import_jobs().forget, visit.workspace),
        )
