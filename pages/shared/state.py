"""The only place that spells session keys and query parameters.

What matters is in the URL, so that a link carries it.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from model.catalogue.workspaces import is_workspace_id, new_workspace_id
from model.photos.photo_id import PhotoId

if TYPE_CHECKING:
    from pages.shared.visit import Visit

# Query parameters.
_WORKSPACE, _PHOTO = "w", "photo"
_CARD = "card"  # The photo in the cleaner
# Widgets that `restored` and `keep` tie to the URL.
RUN, OTHER_RUN, ACTUAL, PREDICTED = "run", "other", "actual", "predicted"
BEFORE, AFTER = "before", "after"  # Runs
CLEAN_VIEW, LOOK_FOR = "do", "find"
# Widgets that Streamlit binds to the URL.
SPLIT, VIEW, SHARES, WAY, THRESHOLD = "split", "view", "shares", "probabilities", "threshold"
LOSS_ACTUAL, LOSS_PREDICTED, LOSS_REASON, LOSS_COUNT = "filed", "taken", "why", "most"
MANY, CLEAN_CLASS, CLEAN_SPLIT, ORDER = "many", "class", "part", "order"
REPORT_VIEW = "why"
DATA_VIEW, DATA_CLASS, DATA_SPLIT, DATA_SOURCE = "data", "of", "in", "from"
# Session keys.
_SEEN, _LAST, _CELL_PICKS, _LOOKED_AT = "seen", "last_", "cell_picks", "looked_at"
_UPLOADS, _REFUSED, _VISIT, _PREPARED = "uploads", "refused", "visit", "prepared"
_FAILURE, _VISITED, _UNREACHABLE, _ROOT = "failure", "visited", "unreachable", "root"


def workspace() -> str:
    """Give this visitor's workspace, new on a first visit; it stays in the URL on every page."""
    given = st.query_params.get(_WORKSPACE, "")
    current = (
        given if is_workspace_id(given) else st.session_state.get(_WORKSPACE) or new_workspace_id()
    )
    st.session_state[_WORKSPACE] = current
    if given != current:
        st.query_params[_WORKSPACE] = current
    return current


def visit() -> "Visit | None":
    """Give the visit of this rerun; None outside the frame."""
    current: Visit | None = st.session_state.get(_VISIT)
    return current


def set_visit(current: "Visit | None") -> None:
    """Begin a visit, or end it."""
    st.session_state[_VISIT] = current


def root() -> str | None:
    """Give the address at which this browser finds the app; None where it does not tell."""
    address: str | None = st.session_state.get(_ROOT)
    return address


def set_root(address: str | None) -> None:
    """Note the address at which this browser finds the app."""
    st.session_state[_ROOT] = address


def is_new_visit() -> bool:
    """Return True in a session's first rerun, once."""
    visited = st.session_state.get(_VISITED, False)
    st.session_state[_VISITED] = True
    return not visited


def selected_photo() -> PhotoId | None:
    """Give the photo that Classify shows."""
    return _photo_in_url(_PHOTO)


def select_photo(photo: PhotoId) -> None:
    """Let Classify show a photo."""
    st.query_params[_PHOTO] = photo


def deselect_photo() -> None:
    """Let Classify show no photo in particular."""
    st.query_params.pop(_PHOTO, None)


def card() -> PhotoId | None:
    """Give the photo that the cleaner shows."""
    return _photo_in_url(_CARD)


def show_card(photo: PhotoId) -> None:
    """Let the cleaner show a photo."""
    st.query_params[_CARD] = photo


def _photo_in_url(parameter: str) -> PhotoId | None:
    """Read a photo from the URL; the page looks whether it is one of its own."""
    name = st.query_params.get(parameter)
    return None if name is None else PhotoId(name)


def link_to(page: str, photo: PhotoId | None = None) -> dict[str, str]:
    """Give the query parameters of a link to a page, or to a photo on Classify or Clean."""
    link = {_WORKSPACE: workspace()}
    if photo is None:
        return link
    if page != "clean":
        return {**link, _PHOTO: photo}
    among_all = {LOOK_FOR: "All", MANY: "One by one", CLEAN_CLASS: "(all)", CLEAN_SPLIT: "(all)"}
    return {**link, CLEAN_VIEW: "Judge", **among_all, _CARD: photo}


def uploader_key(page: str) -> str:
    """Give the key of a page's upload widgets; a new one empties them."""
    return f"{page}_upload_{st.session_state.get(_UPLOADS, 0)}"


def empty_uploader() -> None:
    """Let go of the uploaded bytes: the photos are in the workspace by now."""
    st.session_state[_UPLOADS] = st.session_state.get(_UPLOADS, 0) + 1


def refused_files() -> list[str]:
    """Give a sentence for each file that the last upload lost."""
    refused: list[str] = st.session_state.get(_REFUSED, [])
    return refused


def set_refused_files(sentences: list[str]) -> None:
    """Keep the sentences until the next upload."""
    st.session_state[_REFUSED] = sentences


def is_unreachable() -> bool:
    """Check that this visitor's photos do not get through to the route that takes them."""
    return bool(st.session_state.get(_UNREACHABLE, False))


def set_unreachable() -> None:
    """Remember that photos have to come by Streamlit's own way."""
    st.session_state[_UNREACHABLE] = True


def is_prepared(run_id: str) -> bool:
    """Check that this session knows a run's look-alikes to be ready."""
    return run_id in st.session_state.setdefault(_PREPARED, set())


def set_prepared(run_id: str) -> None:
    """Remember that a run's look-alikes are ready."""
    st.session_state.setdefault(_PREPARED, set()).add(run_id)


def restored(name: str, options: Sequence[str], first: str) -> str:
    """Set a widget of ids to the URL's, to the last one of this session, or to `first`.

    For other widgets Streamlit does this itself (`bind`), but it would put the options' titles into
    the URL.
    """
    before = st.query_params.get(name, ""), st.session_state.get(_LAST + name, "")
    option = next((value for value in before if value in options), first)
    st.session_state[name] = st.query_params[name] = option
    return option


def set_choice(name: str, value: str) -> None:
    """Set a widget that is tied to the URL."""
    st.query_params[name] = st.session_state[_LAST + name] = value


def forget_choice(name: str) -> None:
    """Let a widget that is tied to the URL begin anew."""
    st.query_params.pop(name, None)
    st.session_state.pop(_LAST + name, None)


def keep(name: str) -> None:
    """Remember a widget's value in the URL, and for the way back to this page."""
    set_choice(name, st.session_state[name])


def choose_cell(actual: str, predicted: str) -> None:
    """Choose a cell of the confusion matrix by other means than a click.

    The matrix starts anew: in the browser the cell clicked last would still be chosen, and a second
    click on it go unheard.
    """
    set_choice(ACTUAL, actual)
    set_choice(PREDICTED, predicted)
    st.session_state[_CELL_PICKS] = st.session_state.get(_CELL_PICKS, 0) + 1


def take_cell_boxes() -> None:
    """Choose the cell that the boxes say."""
    choose_cell(st.session_state[ACTUAL], st.session_state[PREDICTED])


def take_cell_click(matrix: str) -> None:
    """Choose the cell that was clicked in the matrix of that key.

    A click beside the cells changes nothing, nor does one whose matrix another choice replaced.
    """
    for cell in st.session_state.get(matrix, {}).get("selection", {}).get("cell", ()):
        set_choice(ACTUAL, cell["actual"])
        set_choice(PREDICTED, cell["predicted"])


def matrix_key() -> str:
    """Give the key of the confusion matrix."""
    return f"matrix_{st.session_state.get(_CELL_PICKS, 0)}"


def set_failure(sentence: str) -> None:
    """Keep the reason why a callback failed, for the page to show."""
    st.session_state[_FAILURE] = sentence


def take_failure() -> str | None:
    """Give the reason why a callback failed, once."""
    sentence: str | None = st.session_state.pop(_FAILURE, None)
    return sentence


def look_at(photo: PhotoId) -> None:
    """Open a photo's card over the page."""
    st.session_state[_LOOKED_AT] = photo


def take_looked_at() -> PhotoId | None:
    """Give the photo whose card is to be opened, once."""
    photo: PhotoId | None = st.session_state.pop(_LOOKED_AT, None)
    return photo


def is_seen(run: str) -> bool:
    """Check that this session has watched the training of a run to its end."""
    return run in st.session_state.setdefault(_SEEN, set())


def set_seen(run: str) -> None:
    """Remember that the training of a run was watched to its end."""
    st.session_state.setdefault(_SEEN, set()).add(run)


def is_ticked(box: str, *, default: bool = False) -> bool:
    """Check a tick box by its key; `default` where it was never drawn."""
    return bool(st.session_state.get(box, default))


def set_ticks(boxes: Iterable[str], ticked: bool) -> None:
    """Tick boxes, or untick them."""
    for box in boxes:
        st.session_state[box] = ticked
