"""Check my cleaning: the starter set knows the truth.

The only place on any screen that asks the answer key.
"""

import streamlit as st

from model.catalogue.dataset import Dataset
from model.cleaning.answer_key import CleaningScore, SplitScore, score
from model.wording import count
from pages.shared.gallery import PhotoCard, show_cards
from pages.shared.text import plain

MOST = 30


def show_score(imported: Dataset, now: Dataset) -> None:
    """How much of what was planted was found, and what was broken.

    What was missed only after asking twice.
    """
    st.markdown("**Check my cleaning**")
    st.caption(
        "This dataset has an answer key: its wrong labels, copies and bad photos were planted."
    )
    if not st.toggle("Check it", key="clean_check", persist_state="session"):
        return
    found = score(imported, now)
    parts = {
        "Wrong labels": found.wrong_labels,
        "Copies": found.copies,
        "Leaks into validation": found.leaks,
        "Bad photos": found.bad_photos,
    }
    for name, part in parts.items():
        total = len(part.solved) + len(part.missed)
        st.progress(
            len(part.solved) / max(total, 1), f"{name}: {len(part.solved)} of {total} dealt with"
        )
    harm = [
        text
        for photos, text in (
            (found.broken, f"{count(len(found.broken), 'right label')} broken"),
            (found.lost, f"{count(len(found.lost), 'good photo')} deleted"),
        )
        if photos
    ]
    st.markdown(
        f":orange-badge[:material/warning:] {' and '.join(harm)}."
        if harm
        else "No right label was broken."
    )
    with st.popover("Show what I missed", icon=":material/visibility:"):
        st.write("You cannot unsee it. Sure?")
        if st.toggle("Yes, show me", key="clean_reveal"):
            _reveal(found, parts)


def _reveal(found: CleaningScore, parts: dict[str, SplitScore]) -> None:
    for name, part in parts.items():
        if part.missed:
            st.markdown(f"**{name}**")
            cards = [
                PhotoCard(
                    photo, plain(found.truths[photo]), f"Missed; it shows: {found.truths[photo]}"
                )
                for photo in part.missed[:MOST]
            ]
            show_cards(cards, columns=4, key=f"clean_missed_{name}")
    if found.broken:
        st.markdown("**Right labels broken**")
        show_cards(
            [
                PhotoCard(photo, plain(found.truths[photo]), "Its label was right")
                for photo in found.broken[:MOST]
            ],
            columns=4,
            key="clean_broken",
        )
