"""The assignment as a document.

What is done and what is not, the visitor's own words, and the file to hand in.
"""

from typing import NamedTuple

import streamlit as st

from model.catalogue.dataset import Dataset
from model.report.contents import Contents
from model.report.texts import MAX_LINE, MAX_TEXT, set_text
from model.wording import count
from pages.shared import state
from pages.shared.cache.report import get_report_contents
from pages.shared.cache.store import get_store
from pages.shared.callbacks import attempt
from pages.shared.text import named, plain

LINES = {"author": "Your name", "title": "Title"}
PARAGRAPHS = {
    "introduction": ("Introduction", "What is the question, and why is it interesting?"),
    "discussion": (
        "Why did the error not decrease?",
        "Your own thoughts; the experiments stand beside them.",
    ),
    "conclusion": ("Conclusion", "What would you do next?"),
}


class ReportPart(NamedTuple):
    """A part of the report, and where it is done."""

    said: str  # Markdown
    is_done: bool
    page: str
    title: str


def show_document(dataset: Dataset, workspace: str) -> None:
    """Text fields on one side, what the document holds and the file on the other."""
    contents = get_report_contents(workspace)
    writing, holding = st.columns([7, 5], gap="medium")
    with holding, st.container(border=True):
        _show_parts(_parts(contents))
        _offer_file(dataset, workspace)
    with writing:
        _ask_for_texts(contents, dataset, workspace)


def _ask_for_texts(contents: Contents, dataset: Dataset, workspace: str) -> None:
    """Kept as soon as the visitor leaves a field."""
    st.caption("Your own words. Everything else in the report is computed from your workspace.")
    for field, title in LINES.items():
        key = f"report_text_{dataset.name}_{field}"
        kept = getattr(contents.texts, field)
        st.text_input(
            title, kept, max_chars=MAX_LINE, key=key, on_change=_keep, args=(workspace, field, key)
        )
    for field, (title, hint) in PARAGRAPHS.items():
        key = f"report_text_{dataset.name}_{field}"
        st.text_area(
            title,
            getattr(contents.texts, field),
            height=130,
            max_chars=MAX_TEXT,
            placeholder=hint,
            key=key,
            on_change=_keep,
            args=(workspace, field, key),
        )


def _keep(workspace: str, field: str, key: str) -> None:
    attempt(set_text, get_store(), workspace, field, st.session_state[key] or "")


def _parts(contents: Contents) -> list[ReportPart]:
    """What the report holds, in its order."""
    data, training, losses, cleaning = (
        contents.data,
        contents.training,
        contents.losses,
        contents.cleaning,
    )
    judged, answered = (
        losses.decided if losses else 0,
        sum(one.sentence is not None for one in contents.findings),
    )
    run = f" of {plain(training.name)}" if training else ""
    decisions = f": {count(cleaning.number, 'decision')}" if cleaning else ""
    return [
        ReportPart(
            f"{count(data.photos, 'photo')} of {named(data.classes)}, and where they come from",
            data.photos > 0,
            "dataset",
            "Dataset",
        ),
        ReportPart(f"Training table and curves{run}", training is not None, "retrain", "Retrain"),
        ReportPart(
            "Confusion matrix and figures with their ranges",
            bool(contents.results),
            "retrain",
            "Retrain",
        ),
        ReportPart(f"The ten highest losses, {judged} judged", judged > 0, "clean", "Clean"),
        ReportPart(f"Cleaning{decisions}", cleaning is not None, "clean", "Clean"),
        ReportPart("What a retraining changed", contents.effect is not None, "retrain", "Retrain"),
        ReportPart(
            f"Experiments: {answered} of {len(contents.findings)}",
            answered > 0,
            "report",
            "Experiments",
        ),
    ]


def _show_parts(parts: list[ReportPart]) -> None:
    st.markdown("**What it holds**")
    for part in parts:
        if part.is_done:
            st.markdown(f":material/check: {part.said}")
            continue
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                f":material/radio_button_unchecked: :gray[{part.said}: not done yet]",
                width="stretch",
            )
            st.page_link(f"pages/{part.page}.py", label=part.title, query_params=state.link())


def _offer_file(dataset: Dataset, workspace: str) -> None:
    def written() -> bytes:
        """With what was typed until the click, which may come before the page has run again."""
        from model.report.html import (
            report_html,
        )  # jinja2 and drawings, only for who wants the file

        return report_html(get_store(), get_report_contents(workspace)).encode()

    st.download_button(
        "Download the report",
        written,
        f"areole-{dataset.name}.html",
        "text/html",
        type="primary",
        icon=":material/lab_profile:",
        on_click="ignore",
        width="stretch",
        key="report_download",
    )
    st.caption("One HTML file that needs no network. For a PDF, open it in a browser and print it.")
