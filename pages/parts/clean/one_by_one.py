"""The cleaner for one photo after the other: evidence, a key for each decision, a reason."""

from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import streamlit as st

from model.catalogue.edits import DELETE, KEEP, MAX_REASON, NOTE, RELABEL, Edit
from model.cleaning.decisions import Decision, decide
from model.cleaning.suspects import Suspects
from model.errors import NotFound
from model.evaluation.top_losses import TopLoss, top_losses
from model.photos.photo_id import PhotoId
from model.runs.current import CurrentEvaluation
from model.wording import certainty
from pages.shared import state
from pages.shared.cache.photos import get_evidence, prepare_look_alikes
from pages.shared.callbacks import attempt
from pages.shared.colours import class_badge, label_badge
from pages.shared.gallery import PhotoCard, show_cards
from pages.shared.loss_cards import EVIDENCE_PX, contested_classes, show_neighbours
from pages.shared.pictures import show_photo
from pages.shared.text import bad, decided, doubtful, plain
from pages.shared.visit import Visit

REASONS = ("wrong class", "two things", "not a photo", "ambiguous", "bad photo", "a copy")
STRIP = 12
KEYS = 9  # Classes that have a key of their own.


@dataclass(frozen=True)
class Deck:
    """The photos to be judged, in their order, and what was decided so far."""

    current: CurrentEvaluation
    suspects: Suspects
    standing: dict[PhotoId, Edit]
    queue: list[PhotoId]
    visit: Visit

    @property
    def photo(self) -> PhotoId:
        """The photo of the link, or the first that is not judged."""
        linked = state.card()
        if linked in self.queue:
            return linked
        return next((photo for photo in self.queue if not self.is_judged(photo)), self.queue[0])

    def is_judged(self, photo: PhotoId) -> bool:
        """Check that something was decided about a photo since the run in use was trained."""
        edit = self.standing.get(photo)
        return (
            edit is not None
            and edit.decides
            and edit.created_at >= self.current.run.card.trained_at
        )


def show_deck(deck: Deck) -> None:
    """Draw the photo whose turn it is, and the next ones."""
    photo, queue = deck.photo, deck.queue
    case, done = _case_of(deck.current, deck.suspects, photo), sum(map(deck.is_judged, queue))
    st.progress(done / len(queue), f"Photo {queue.index(photo) + 1} of {len(queue)}, {done} judged")
    if done == len(queue):
        st.success(
            "All of these are judged. Look for something else, or retrain and see the effect.",
            icon=":material/check_circle:",
        )
    with st.container(border=True):
        pictures, words = st.columns([4, 6], gap="medium")
        with words:
            _show_facts(deck, photo, case)
            _ask_for_decision(deck, photo, case.actual if case else None)
            _ask_for_reason(deck, photo)
            _ask_for_place(queue, queue.index(photo))
        with pictures:
            _show_photo(photo, case)
        if case:
            _show_evidence(deck.current, case)
    _show_strip(deck, queue.index(photo))


def _case_of(current: CurrentEvaluation, suspects: Suspects, photo: PhotoId) -> TopLoss | None:
    """Explain a photo's loss under the label the run learned; None if it was added since."""
    table, labels = current.run.evaluation, current.dataset.labels
    if photo not in table.photos:
        return None
    flaws = {photo: suspects.measures[photo].issues} if photo in suspects.measures else {}
    rows = [table.photos.index(photo)]
    return top_losses(table, rows, labels, flaws, current.run.card.unfamiliar_below)[0]


def _show_facts(deck: Deck, photo: PhotoId, case: TopLoss | None) -> None:
    suspects = deck.suspects
    st.markdown(_prediction(deck.current, deck.current.dataset.label_of(photo), case))
    if photo in suspects.bad_photos:
        st.markdown(bad(suspects.measures[photo]))
    if photo in suspects.doubts:
        st.markdown(doubtful(suspects.doubts[photo]))
    if any(photo in group.photos for group in suspects.twins):
        st.markdown("**The same picture is here twice:** see Copies.")
    if photo in deck.standing:
        edit = deck.standing[photo]
        badge = (
            "green-badge[:material/check:" if edit.decides else "gray-badge[:material/edit_note:"
        )
        st.markdown(f":{badge} {decided(edit)}]")


def _prediction(current: CurrentEvaluation, label: str | None, case: TopLoss | None) -> str:
    """Say in which class a photo is filed, and which the run predicts."""
    classes = current.run.card.classes
    if case is None:
        filed = f"Filed under {class_badge(classes, label)}. " if label else ""
        return f"{filed}Added since the run in use was trained: retrain to hear what it says."
    move = f", now {label_badge(classes, label)}" if label != case.actual else ""
    return (
        f"Filed under {class_badge(classes, case.actual)}{move} :small[probability "
        f"{certainty(case.actual_probability)}, loss {case.loss:.2f}]  \n"
        f"Predicted {class_badge(classes, case.predicted)} :small[{certainty(case.probability)}]"
    )


def _ask_for_decision(deck: Deck, photo: PhotoId, learned: str | None) -> None:
    """Draw a button and a key for each decision; the one that is advised stands out.

    To keep is to leave it under the label that was `learned`.
    """
    label, classes = deck.current.dataset.label_of(photo), deck.current.dataset.classes
    moves = [
        (plain(name), str(number) if number <= KEYS else None, ":material/east:", RELABEL, name)
        for number, name in enumerate(classes, start=1)
        if name != label
    ]
    keep = ("Keep", "K", ":material/check:", KEEP, learned)
    delete = ("Delete", "D", ":material/delete:", DELETE, None)
    advised = None if deck.is_judged(photo) else _advice(deck, photo, label)
    with st.container(horizontal=True, gap="xsmall", key="clean_decisions"):
        for text, shortcut, icon, action, new in (keep, *moves, delete):
            st.button(
                text,
                # A press counts for the photo that was on the screen.
                key=f"clean_{action}_{new}_{photo}",
                icon=icon,
                shortcut=shortcut,
                type="primary" if advised in ((action, new), (action, None)) else "secondary",
                on_click=partial(_decide, deck, Decision(photo, action, new)),
            )


def _advice(deck: Deck, photo: PhotoId, label: str | None) -> tuple[str, str | None]:
    """Choose the decision that the findings speak for."""
    if photo in deck.suspects.bad_photos:
        return DELETE, None
    doubt = deck.suspects.doubts.get(photo)
    if doubt and doubt.is_label_issue and doubt.suggestion != label:
        return RELABEL, doubt.suggestion
    return KEEP, None


def _ask_for_reason(deck: Deck, photo: PhotoId) -> None:
    """Ask why, by a click or in words."""
    reason = deck.standing[photo].reason if photo in deck.standing else ""
    quick, words = f"clean_why_{photo}_{reason}", f"clean_words_{photo}_{reason}"
    usual = reason if reason in REASONS else None
    st.pills(
        "Why?",
        REASONS,
        default=usual,
        key=quick,
        wrap=True,
        on_change=partial(_explain, deck, photo, quick, usual or ""),
    )
    st.text_input(
        "In your own words",
        "" if usual else reason,
        max_chars=MAX_REASON,
        key=words,
        placeholder="or in your own words",
        label_visibility="collapsed",
        on_change=partial(_explain, deck, photo, words, "" if usual else reason),
    )


def _ask_for_place(queue: list[PhotoId], place: int) -> None:
    with st.container(horizontal=True):
        for text, key, to in (("Previous", "Left", place - 1), ("Next", "Right", place + 1)):
            st.button(
                text,
                key=f"clean_{key}",
                shortcut=key,
                type="tertiary",
                disabled=not 0 <= to < len(queue),
                on_click=partial(state.show_card, queue[to % len(queue)]),
            )


def _decide(deck: Deck, decision: Decision) -> None:
    """Store a decision, and go on to the next photo that is not judged."""
    if not attempt(decide, deck.visit.store, deck.visit.workspace, [decision]):
        return
    place = deck.queue.index(decision.photo)
    rest = [*deck.queue[place + 1 :], *deck.queue[:place]]
    state.show_card(next((photo for photo in rest if not deck.is_judged(photo)), decision.photo))


def _explain(deck: Deck, photo: PhotoId, key: str, before: str) -> None:
    """Store a reason: with the decision that stands, or as a note until there is one.

    Streamlit also calls this for widgets of a run that was interrupted, with nothing new in them.
    """
    reason = st.session_state[key] or ""
    if reason == before:
        return
    edit = deck.standing.get(photo)
    action, label = (edit.action, edit.label) if edit else (NOTE, None)
    decision = Decision(photo, action, label, reason)
    attempt(decide, deck.visit.store, deck.visit.workspace, [decision])
    state.show_card(photo)


def _show_photo(photo: PhotoId, case: TopLoss | None) -> None:
    try:
        show_photo(photo, f"The photo, filed under {case.actual}" if case else "The photo")
    except NotFound as error:
        st.info(str(error), icon=":material/hide_image:")


def _show_evidence(current: CurrentEvaluation, case: TopLoss) -> None:
    """Show what in the photo speaks for and against the two classes, and what it resembles."""
    prepare_look_alikes(current.run.card.id)
    maps, alike = st.columns([4, 6], gap="medium")
    with maps, st.grid(2, min_column_width=84, gap="xsmall"):
        for name in contested_classes(case):
            with st.container(gap="xxsmall"):
                _show_map(current, case.photo, name)
                st.caption(f"for and against {plain(name)}")
    with alike:
        show_neighbours(current, case, "clean_alike")


def _show_map(current: CurrentEvaluation, photo: PhotoId, name: str) -> None:
    card = current.run.card
    with suppress(NotFound):  # The photo was destroyed; its place says so.
        tinted = get_evidence(photo, card.id, card.classes.index(name), EVIDENCE_PX)
        alt = f"Tinted orange where it speaks for {name} and blue where against"
        st.image(tinted, width="stretch", alt=alt)


def _show_strip(deck: Deck, place: int) -> None:
    """Draw the photos around the current one."""
    start = min(max(0, place - 2), max(0, len(deck.queue) - STRIP))
    cards = []
    for photo in deck.queue[start : start + STRIP]:
        label = deck.current.dataset.label_of(photo)
        badge = label_badge(deck.current.dataset.classes, label)
        mark = ":material/check: " if deck.is_judged(photo) else ""
        if photo == deck.queue[place]:
            mark = ":material/visibility: "
        alt = f"Filed under {label or 'nothing: deleted'}"
        cards.append(PhotoCard(photo, f"{mark}{badge}", alt))
    show_cards(cards, columns=6, key="clean_strip", on_pick=state.show_card)
