"""The assignment's worksheet on the screen: ten photos, what was done with each, and why."""

from functools import partial

import streamlit as st

from model.catalogue.dataset import find_dataset
from model.catalogue.edits import DELETE, KEEP, MAX_REASON, NOTE, RELABEL, EditAction, History
from model.cleaning.decisions import Decision, decide, revert_edits
from model.cleaning.worksheet import WorksheetCase, worksheet
from model.csv_files import as_csv
from model.photos.photo_id import PhotoId
from model.runs.current import CurrentEvaluation
from model.wording import certainty
from pages.shared.callbacks import attempt
from pages.shared.colours import class_badge
from pages.shared.export import offer_csv
from pages.shared.gallery import PhotoCard, show_thumbnail
from pages.shared.text import plain
from pages.shared.visit import Visit

PHOTO_PX = 110


def show_worksheet(current: CurrentEvaluation, history: History, visit: Visit) -> None:
    """Draw a row a photo; what is filled in here is a decision like any other."""
    trained = current.run.card.trained_at  # What was decided before, the run has learned.
    since = {photo: edit for photo, edit in history.standing.items() if edit.created_at >= trained}
    cases = worksheet(current.run.evaluation.for_split("valid"), since)
    imported = find_dataset(visit.store, current.dataset.name)  # What was deleted has a name too.
    files = {
        labelled.photo: labelled.file for labelled in (*imported.photos, *current.dataset.photos)
    }
    st.markdown(
        f"The ten validation photos with the highest loss in **{plain(current.run.card.name)}**. "
        "Why was each wrong, and what is to be done?"
    )
    for number, case in enumerate(cases, start=1):
        _show_case(current, case, number, visit)
    rows = [_row(case, number, files) for number, case in enumerate(cases, start=1)]
    offer_csv("The worksheet as CSV", as_csv(rows), "areole-worksheet.csv")


def _show_case(current: CurrentEvaluation, case: WorksheetCase, number: int, visit: Visit) -> None:
    classes = current.dataset.classes
    with st.container(border=True, horizontal=True, key=f"clean_case_{number}"):
        with st.container(width=PHOTO_PX):
            show_thumbnail(PhotoCard(case.photo, "", f"Number {number}, filed under {case.label}"))
        verdict = "recognised"
        if case.predicted != case.label:
            verdict = f"taken for {class_badge(classes, case.predicted)}"
        with st.container(width="stretch", gap="xsmall"):
            st.markdown(
                f"**{number}.** {class_badge(classes, case.label)} {verdict} "
                f":small[{certainty(case.probability)}, loss {case.loss:.2f}]"
            )
            _ask(case, classes, visit)


def _ask(case: WorksheetCase, classes: tuple[str, ...], visit: Visit) -> None:
    """Ask what to do and why; stored as soon as either is said."""
    edit = case.edit
    options: dict[str, tuple[EditAction, str | None]] = {
        "keep": (KEEP, case.label),
        **{f"to {name}": (RELABEL, name) for name in classes if name != case.label},
        "delete": (DELETE, None),
    }
    decisions = {option: name for name, option in options.items()}
    key = f"{case.photo}_{edit.id if edit else 0}"
    st.pills(
        "What to do",
        list(options),
        default=decisions.get((edit.action, edit.label)) if edit else None,
        key=f"clean_do_{key}",
        label_visibility="collapsed",
        wrap=True,
        on_change=partial(_choose, visit, case, options, f"clean_do_{key}"),
    )
    st.text_input(
        "Why was it wrong?",
        edit.reason if edit else "",
        max_chars=MAX_REASON,
        key=f"clean_explain_{key}",
        placeholder="Why was it wrong?",
        label_visibility="collapsed",
        on_change=partial(_explain, visit, case, f"clean_explain_{key}"),
    )


def _choose(
    visit: Visit, case: WorksheetCase, options: dict[str, tuple[EditAction, str | None]], key: str
) -> None:
    """Store what is to be done; nothing at all takes the decision back."""
    name = st.session_state[key]
    if name:
        action, label = options[name]
        attempt(decide, visit.store, visit.workspace, [Decision(case.photo, action, label)])
    else:
        attempt(revert_edits, visit.store, visit.workspace, case.photo)


def _explain(visit: Visit, case: WorksheetCase, key: str) -> None:
    """Store the explanation: with the decision that stands, or as a note until there is one."""
    action, label = (case.edit.action, case.edit.label) if case.edit else (NOTE, None)
    decision = Decision(case.photo, action, label, st.session_state[key] or "")
    attempt(decide, visit.store, visit.workspace, [decision])


def _row(case: WorksheetCase, number: int, files: dict[PhotoId, str]) -> dict[str, object]:
    return {
        "number": number,
        "file": files.get(case.photo, ""),
        "filed under": case.label,
        "predicted": case.predicted,
        "probability": round(case.probability, 4),
        "loss": round(case.loss, 4),
        "action": case.action,
        "explanation": case.edit.reason if case.edit else "",
    }
