"""The assignment as a document: its parts, the visitor's own words, and the file to hand in."""

from functools import partial
from typing import NamedTuple

import streamlit as st

from model.catalogue.dataset import Dataset
from model.report.contents import Contents
from model.report.texts import MAX_LINE, MAX_TEXT, set_text
from model.wording import count
from pages.parts.report.findings import get_report_contents
from pages.shared.cache.store import get_dataset
from pages.shared.callbacks import attempt
from pages.shared.frame import link_to_page
from pages.shared.text import named, plain
from pages.shared.visit import Visit

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

    text: str  # Markdown
    is_done: bool
    page: str
    title: str


def show_document(visit: Visit) -> None:
    """Draw text fields on one side, the document's contents and the file on the other."""
    dataset, contents = get_dataset(visit), get_report_contents(visit)
    writing, holding = st.columns([7, 5], gap="medium")
    with holding, st.container(border=True):
        _show_parts(_parts(contents))
        _offer_file(dataset, visit)
    with writing:
        _ask_for_texts(contents, dataset, visit)


def _ask_for_texts(contents: Contents, dataset: Dataset, visit: Visit) -> None:
    """Draw a field for each text; it is kept as soon as the visitor leaves it."""
    st.caption("Your own words. Everything else in the report is computed from your workspace.")
    for field, title in LINES.items():
        key = f"report_text_{dataset.name}_{field}"
        text = getattr(contents.texts, field)
        st.text_input(
            title, text, max_chars=MAX_LINE, key=key, on_change=partial(_keep, visit, field, key)
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
            on_change=partial(_keep, visit, field, key),
        )


def _keep(visit: Visit, field: str, key: str) -> None:
    attempt(set_text, visit.store, visit.workspace, field, st.session_state[key] or "")


def _parts(contents: Contents) -> list[ReportPart]:
    """List the parts of the report in its order."""
    data, training, cleaning = contents.data, contents.training, contents.cleaning
    explained = contents.losses.decided if contents.losses else 0
    answered = sum(finding.sentence is not None for finding in contents.findings)
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
        ReportPart(f"The ten highest losses, {explained} judged", explained > 0, "clean", "Clean"),
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
            st.markdown(f":material/check: {part.text}")
            continue
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                f":material/radio_button_unchecked: :gray[{part.text}: not done yet]",
                width="stretch",
            )
            link_to_page(part.page, part.title)


def _offer_file(dataset: Dataset, visit: Visit) -> None:
    def written() -> bytes:
        """Write what was typed until the click, which may come before the page has run again."""
        from model.report.html import report_html  # jinja2 and drawings, only for the file

        return report_html(visit.store, get_report_contents(visit.renewed())).encode()

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
