"""Check a cleaning against the starter set's answer key, which no other part asks."""

import streamlit as st

from model.catalogue.dataset import Dataset
from model.cleaning.answer_key import CleaningScore, SplitScore, score
from model.wording import count
from pages.shared.gallery import PhotoCard, show_cards
from pages.shared.text import plain

MOST = 30


def show_score(imported: Dataset, now: Dataset) -> None:
    """Count what was found and what was broken; show what was missed after asking twice."""
    st.markdown("**Check my cleaning**")
    st.caption(
        "This dataset has an answer key: its wrong labels, copies and bad photos were planted."
    )
    if not st.toggle("Check it", key="clean_check", persist_state="session"):
        return
    cleaning = score(imported, now)
    parts = {
        "Wrong labels": cleaning.wrong_labels,
        "Copies": cleaning.copies,
        "Leaks into validation": cleaning.leaks,
        "Bad photos": cleaning.bad_photos,
    }
    for name, part in parts.items():
        solved, total = len(part.solved), len(part.solved) + len(part.missed)
        st.progress(solved / max(total, 1), f"{name}: {solved} of {total} dealt with")
    st.markdown(_harm(cleaning))
    with st.popover("Show what I missed", icon=":material/visibility:"):
        st.write("You cannot unsee it. Sure?")
        if st.toggle("Yes, show me", key="clean_reveal"):
            _reveal(cleaning, parts)


def _harm(cleaning: CleaningScore) -> str:
    """Say how many good photos the cleaning has spoilt."""
    broken, lost = len(cleaning.broken), len(cleaning.lost)
    harm = [f"{count(broken, 'right label')} broken"] if broken else []
    harm += [f"{count(lost, 'good photo')} deleted"] if lost else []
    if not harm:
        return "No right label was broken."
    return f":orange-badge[:material/warning:] {' and '.join(harm)}."


def _reveal(cleaning: CleaningScore, parts: dict[str, SplitScore]) -> None:
    truths = cleaning.truths
    for name, part in parts.items():
        if part.missed:
            st.markdown(f"**{name}**")
            cards = [
                PhotoCard(photo, plain(truths[photo]), f"Missed; it shows: {truths[photo]}")
                for photo in part.missed[:MOST]
            ]
            show_cards(cards, columns=4, key=f"clean_missed_{name}")
    if cleaning.broken:
        st.markdown("**Right labels broken**")
        cards = [
            PhotoCard(photo, plain(truths[photo]), "Its label was right")
            for photo in cleaning.broken[:MOST]
        ]
        show_cards(cards, columns=4, key="clean_broken")
