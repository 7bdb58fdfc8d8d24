"""Which photos the cleaner shows, and in which order."""

import hashlib
from collections.abc import Mapping, Sequence
from math import inf

import numpy as np
import streamlit as st

from model.cleaning.suspects import Suspects
from model.runs.current import CurrentEvaluation
from model.wording import SPLIT_NAMES
from pages.shared import state

WRONG, BAD, ALL = "Wrong labels", "Bad photos", "All"
SUSPICIOUS, LOSS, UNCERTAIN, NEWEST, RANDOM = (
    "most suspicious",
    "highest loss",
    "least certain",
    "newest",
    "random",
)
ORDERS = (SUSPICIOUS, LOSS, UNCERTAIN, NEWEST, RANDOM)
WAYS = ("One by one", "Many at once")
EVERY = "(all)"
HELP = (
    "Most suspicious: the label that a classifier trained without the photo finds least likely. "
    "Highest loss: where the run in "
    "use is most wrong. Least certain: where its two best classes are closest."
)


def ask_for_queue(
    judged: CurrentEvaluation, suspects: Suspects, workspace: str
) -> tuple[list[str], bool]:
    """What to look for, and the photos that answer it.

    And whether they are to be judged many at once.
    """
    places = _places(judged)
    found = _ask_for_kind(
        {WRONG: suspects.wrong_labels, BAD: suspects.bad_photos, ALL: tuple(places)}
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        label = st.selectbox(
            "Class", [EVERY, *judged.dataset.classes], key=state.CLEAN_CLASS, bind="query-params"
        )
        split = st.selectbox(
            "Split", [EVERY, "Train", "Validation"], key=state.CLEAN_SPLIT, bind="query-params"
        )
        order = st.selectbox("Order", ORDERS, key=state.ORDER, bind="query-params", help=HELP)
        many = st.segmented_control(
            "How",
            WAYS,
            default=WAYS[0],
            required=True,
            key=state.MANY,
            bind="query-params",
            label_visibility="collapsed",
        )
    kept = [
        photo
        for photo in found
        if photo in places
        and label in (EVERY, places[photo][0])
        and split in (EVERY, SPLIT_NAMES[places[photo][1]])
    ]
    rank = _ranks(judged, suspects, order, workspace)
    return sorted(kept, key=lambda photo: rank.get(photo, inf)), many == WAYS[1]


def _ask_for_kind(kinds: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """The photos of the kind that is looked for."""
    chosen = state.restored(state.LOOK_FOR, list(kinds), WRONG)
    st.segmented_control(
        "Look for",
        list(kinds),
        required=True,
        key=state.LOOK_FOR,
        on_change=state.keep,
        args=(state.LOOK_FOR,),
        label_visibility="collapsed",
        format_func=lambda name: f"{name}: {len(kinds[name])}",
        width="stretch",
    )
    return kinds[chosen]


def _places(judged: CurrentEvaluation) -> Mapping[str, tuple[str, str]]:
    """(label, split) of every photo that may be edited.

    As the run was trained, and what was added since.
    """
    table = judged.run.evaluation
    labels = table.labels_by_photo
    rows = zip(table.photos, table.splits, strict=True)
    trained = {photo: (labels[photo], split) for photo, split in rows if split != "test"}
    return trained | {
        added.photo: (added.label, added.split)
        for added in judged.dataset.photos
        if added.photo not in trained and added.split != "test"
    }


def _ranks(
    judged: CurrentEvaluation, suspects: Suspects, order: str, workspace: str
) -> dict[str, float]:
    """A number for each photo; the lowest comes first.

    Under the labels of the run, so that a decision moves nothing.
    """
    table = judged.run.evaluation
    if order == SUSPICIOUS:
        return {photo: doubt.quality for photo, doubt in suspects.doubts.items()}
    if order == LOSS:
        return dict(zip(table.photos, (-table.losses).tolist(), strict=True))
    if order == UNCERTAIN:
        best = np.sort(table.probabilities, axis=1)
        return dict(zip(table.photos, (best[:, -1] - best[:, -2]).tolist(), strict=True))
    if order == NEWEST:
        return {
            labelled.photo: -float(place) for place, labelled in enumerate(judged.dataset.photos)
        }
    shuffled = {
        photo: hashlib.sha256(f"{workspace} {photo}".encode()).hexdigest()[:12]
        for photo in _places(judged)
    }
    return {photo: float(int(digits, 16)) for photo, digits in shuffled.items()}
