"""Choose the photos that the cleaner shows, and their order."""

import hashlib
from collections.abc import Mapping
from math import inf

import numpy as np
import streamlit as st

from model.cleaning.suspects import Suspects
from model.photos.photo_id import PhotoId
from model.runs.current import CurrentEvaluation
from model.wording import SPLIT_NAMES
from pages.shared import state
from pages.shared.asking import ask_for_option, ask_to_narrow
from pages.shared.frame import ask_for_view

WRONG, BAD, ALL = "Wrong labels", "Bad photos", "All"
ORDERS = ("most suspicious", "highest loss", "least certain", "newest", "random")
SUSPICIOUS, LOSS, UNCERTAIN, NEWEST, RANDOM = ORDERS
ONE_BY_ONE, MANY_AT_ONCE = "One by one", "Many at once"
HELP = (
    "Most suspicious: the label that a classifier trained without the photo finds least likely. "
    "Highest loss: where the run in use is most wrong. Least certain: where its two best classes "
    "are closest."
)


def ask_for_queue(
    current: CurrentEvaluation, suspects: Suspects, workspace: str
) -> tuple[list[PhotoId], bool]:
    """Ask what to look for; return the photos in their order, and True to judge many at once."""
    places = _places(current)
    kinds = {WRONG: suspects.wrong_labels, BAD: suspects.bad_photos, ALL: tuple(places)}
    kind = ask_for_view(
        list(kinds),
        state.LOOK_FOR,
        label="Look for",
        remembered=True,
        title=lambda name: f"{name}: {len(kinds[name])}",
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        label = ask_to_narrow("Class", current.dataset.classes, state.CLEAN_CLASS)
        split = ask_to_narrow("Split", ("Train", "Validation"), state.CLEAN_SPLIT)
        order = st.selectbox("Order", ORDERS, key=state.ORDER, bind="query-params", help=HELP)
        way = ask_for_option("How", (ONE_BY_ONE, MANY_AT_ONCE), state.MANY, keep_in="url")
    queue = [
        photo
        for photo in kinds[kind]
        if photo in places
        and label in (None, places[photo][0])
        and split in (None, SPLIT_NAMES[places[photo][1]])
    ]
    rank = _ranks(current, suspects, order, workspace)
    return sorted(queue, key=lambda photo: rank.get(photo, inf)), way == MANY_AT_ONCE


def _places(current: CurrentEvaluation) -> Mapping[PhotoId, tuple[str, str]]:
    """Map each photo that may be edited to (label, split), as trained or as added since."""
    table, labels = current.run.evaluation, current.run.evaluation.labels_by_photo
    rows = zip(table.photos, table.splits, strict=True)
    trained = {photo: (labels[photo], split) for photo, split in rows if split != "test"}
    return trained | {
        added.photo: (added.label, added.split)
        for added in current.dataset.photos
        if added.photo not in trained and added.split != "test"
    }


def _ranks(
    current: CurrentEvaluation, suspects: Suspects, order: str, workspace: str
) -> dict[PhotoId, float]:
    """Rank photos, lowest first, under the run's own labels: a decision moves nothing."""
    table = current.run.evaluation
    if order == SUSPICIOUS:
        return {photo: doubt.quality for photo, doubt in suspects.doubts.items()}
    if order == LOSS:
        return dict(zip(table.photos, (-table.losses).tolist(), strict=True))
    if order == UNCERTAIN:
        best = np.sort(table.probabilities, axis=1)
        return dict(zip(table.photos, (best[:, -1] - best[:, -2]).tolist(), strict=True))
    if order == NEWEST:
        return {
            labelled.photo: -float(place) for place, labelled in enumerate(current.dataset.photos)
        }
    shuffled = {
        photo: hashlib.sha256(f"{workspace} {photo}".encode()).hexdigest()[:12]
        for photo in _places(current)
    }
    return {photo: float(int(digits, 16)) for photo, digits in shuffled.items()}
