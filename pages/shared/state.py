"""The only place that spells session keys and query parameters.

What matters is in the URL, so that a link carries it.
"""

from collections.abc import Sequence

import streamlit as st

from model.catalogue.workspaces import is_workspace_id, new_workspace_id

_WORKSPACE, _PHOTO = "w", "photo"  # Query parameters.
RUN, OTHER_RUN, ACTUAL, PREDICTED = (
    "run",
    "other",
    "actual",
    "predicted",
)  # Widgets that `restored` and `keep` tie to the URL.
SPLIT, VIEW, SHARES = (
    "split",
    "view",
    "shares",
)  # Widgets that Streamlit binds to the URL, these and the next.
WAY, LOSS_ACTUAL, LOSS_PREDICTED, LOSS_REASON, LOSS_COUNT = (
    "probabilities",
    "filed",
    "taken",
    "why",
    "most",
)
THRESHOLD = "threshold"
CLEAN_VIEW, LOOK_FOR, MANY, CLEAN_CLASS, CLEAN_SPLIT, ORDER = (
    "do",
    "find",
    "many",
    "class",
    "part",
    "order",
)
BEFORE, AFTER = "before", "after"  # Runs, tied to the URL as RUN is.
REPORT_VIEW = "why"
DATA_VIEW, DATA_CLASS, DATA_SPLIT, DATA_SOURCE = "data", "of", "in", "from"
_CARD = "card"  # A query parameter: the photo in the cleaner.
_SEEN, _LAST, _CELL_PICKS, _LOOKED_AT = "seen", "last_", "cell_picks", "looked_at"
_UPLOADS, _REFUSED, _FRAMED, _PREPARED = (
    "uploads",
    "refused",
    "framed",
    "prepared",
)  # Session keys, these and the next.
_FAILURE, _VISITED = "failure", "visited"


def workspace() -> str:
    """This visitor's workspace, new on a first visit; it stays in the URL on every page."""
    given = st.query_params.get(_WORKSPACE, "")
    current = (
        given if is_workspace_id(given) else st.session_state.get(_WORKSPACE) or new_workspace_id()
    )
    st.session_state[_WORKSPACE] = current
    if given != current:
        st.query_params[_WORKSPACE] = current
    return current


def selected_photo() -> str | None:
    """The photo the visitor looks at."""
    return st.query_params.get(_PHOTO)


def select_photo(photo: str) -> None:
    """Look at a photo."""
    st.query_params[_PHOTO] = photo


def link() -> dict[str, str]:
    """Query parameters of a link to another page, in this workspace."""
    return {_WORKSPACE: workspace()}


def link_to(photo: str) -> dict[str, str]:
    """Query parameters of a link to a photo on Classify, in this workspace."""
    return {**link(), _PHOTO: photo}


def deselect_photo() -> None:
    """Look at nothing in particular."""
    st.query_params.pop(_PHOTO, None)


def card() -> str | None:
    """The photo that the cleaner shows."""
    return st.query_params.get(_CARD)


def show_card(photo: str) -> None:
    """Let the cleaner show a photo."""
    st.query_params[_CARD] = photo


def link_to_card(photo: str) -> dict[str, str]:
    """Query parameters of a link to a photo in the cleaner, among all photos."""
    whole = {LOOK_FOR: "All", MANY: "One by one", CLEAN_CLASS: "(all)", CLEAN_SPLIT: "(all)"}
    return {**link(), CLEAN_VIEW: "Judge", **whole, _CARD: photo}


def uploader_key(page: str) -> str:
    """Key of a page's upload widgets; a new one empties them."""
    return f"{page}_upload_{st.session_state.get(_UPLOADS, 0)}"


def empty_uploader() -> None:
    """Let go of the uploaded bytes: the photos are in the workspace by now."""
    st.session_state[_UPLOADS] = st.session_state.get(_UPLOADS, 0) + 1


def refused_files() -> list[str]:
    """Why the last upload lost files: one sentence each."""
    refused: list[str] = st.session_state.get(_REFUSED, [])
    return refused


def set_refused_files(sentences: list[str]) -> None:
    """Keep the sentences until the next upload."""
    st.session_state[_REFUSED] = sentences


def is_new_visit() -> bool:
    """Whether this session sees the app for the first time; True once."""
    visited = st.session_state.get(_VISITED, False)
    st.session_state[_VISITED] = True
    return not visited


def is_framed() -> bool:
    """Whether the frame is running this page."""
    return bool(st.session_state.get(_FRAMED, False))


def set_framed(framed: bool) -> None:
    """Say that the frame begins or ends."""
    st.session_state[_FRAMED] = framed


def is_prepared(run_id: str) -> bool:
    """Whether this session knows that the run's look-alikes are ready."""
    return run_id in st.session_state.setdefault(_PREPARED, set())


def set_prepared(run_id: str) -> None:
    """The run's look-alikes are ready."""
    st.session_state.setdefault(_PREPARED, set()).add(run_id)


def restored(name: str, options: Sequence[str], first: str) -> str:
    """Where a widget whose options are ids starts.

    What the URL says, what was chosen before in this session, or `first`.

    For other widgets Streamlit does this itself (`bind`), but it would put the options' titles into
    the URL.
    """
    asked: tuple[str, str] = st.query_params.get(name, ""), st.session_state.get(_LAST + name, "")
    chosen = next((value for value in asked if value in options), first)
    st.session_state[name] = st.query_params[name] = chosen
    return chosen


def set_choice(name: str, value: str) -> None:
    """Make a widget that is tied to the URL say something."""
    _keep(name, value)


def forget_choice(name: str) -> None:
    """Let a widget that is tied to the URL begin anew."""
    st.query_params.pop(name, None)
    st.session_state.pop(_LAST + name, None)


def keep(name: str) -> None:
    """Remember what a widget says, in the URL and for the way back to this page."""
    _keep(name, st.session_state[name])


def _keep(name: str, value: str) -> None:
    st.query_params[name] = st.session_state[_LAST + name] = value


def choose_cell(actual: str, predicted: str) -> None:
    """Look at a cell of the confusion matrix by other means than a click.

    The matrix starts anew: in the browser the cell clicked last would still be chosen, and a second
    click on it go unheard.
    """
    _keep(ACTUAL, actual)
    _keep(PREDICTED, predicted)
    st.session_state[_CELL_PICKS] = st.session_state.get(_CELL_PICKS, 0) + 1


def take_cell_boxes() -> None:
    """Look at the cell that the boxes say."""
    choose_cell(st.session_state[ACTUAL], st.session_state[PREDICTED])


def take_cell_click(matrix: str) -> None:
    """Look at the cell that was clicked in the matrix of that key.

    A click beside the cells changes nothing.

    A click that was overtaken by another choice finds its matrix gone, and changes nothing either.
    """
    for cell in st.session_state.get(matrix, {}).get("selection", {}).get("cell", ()):
        _keep(ACTUAL, cell["actual"])
        _keep(PREDICTED, cell["predicted"])


def matrix_key() -> str:
    """Key of the confusion matrix."""
    return f"matrix_{st.session_state.get(_CELL_PICKS, 0)}"


def set_failure(sentence: str) -> None:
    """Keep what went wrong in a callback for the page to say."""
    st.session_state[_FAILURE] = sentence


def take_failure() -> str | None:
    """What went wrong in a callback, once."""
    sentence: str | None = st.session_state.pop(_FAILURE, None)
    return sentence


def look_at(photo: str) -> None:
    """Open a photo's card over the page."""
    st.session_state[_LOOKED_AT] = photo


def take_looked_at() -> str | None:
    """The photo whose card is to be opened, once."""
    photo: str | None = st.session_state.pop(_LOOKED_AT, None)
    return photo


def is_seen(run: str) -> bool:
    """Whether this session has watched the training of a run to its end."""
    return run in st.session_state.setdefault(_SEEN, set())


def set_seen(run: str) -> None:
    """The training of a run was watched to its end."""
    st.session_state.setdefault(_SEEN, set()).add(run)
