"""The only place that spells session keys and query parameters. What matters is in the URL, so that a link carries it."""

import streamlit as st

from model.workspaces import is_workspace_id, new_workspace_id

_WORKSPACE, _PHOTO = "w", "photo"  # Query parameters.
_UPLOADS, _REFUSED, _FRAMED, _PREPARED = "uploads", "refused", "framed", "prepared"  # Session keys.


def workspace() -> str:
    """This visitor's workspace, new on a first visit; it stays in the URL on every page."""
    given = st.query_params.get(_WORKSPACE, "")
    current = given if is_workspace_id(given) else st.session_state.get(_WORKSPACE) or new_workspace_id()
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


def deselect_photo() -> None:
    """Look at nothing in particular."""
    st.query_params.pop(_PHOTO, None)


def uploader_key() -> str:
    """Key of the upload widgets; a new one empties them."""
    return f"classify_upload_{st.session_state.get(_UPLOADS, 0)}"


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
