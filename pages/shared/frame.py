"""What stands round every page.

The sidebar, the import on first start, and a sentence where the data folder fails.
"""

from collections.abc import Callable

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from model.catalogue.starter import import_starter
from model.catalogue.workspaces import note_use
from model.errors import AreoleError
from model.runs.listing import runs_of
from model.runs.run import SHIPPED
from model.wording import count
from pages.shared import state
from pages.shared.cache.runs import active_run_id, get_current_evaluation
from pages.shared.cache.store import get_dataset, get_store
from pages.shared.colours import class_badge
from pages.shared.progress import progress_bar
from pages.shared.text import named, plain


def show_sidebar() -> None:
    """Which workspace, which data, which run, and how good it is."""
    workspace = state.workspace()
    dataset, run = get_dataset(workspace), active_run_id(workspace)
    with st.sidebar:
        st.markdown(f"**{plain(dataset.title)}**  \n{count(len(dataset.photos), 'photo')}")
        st.markdown(" ".join(class_badge(dataset.classes, name) for name in dataset.classes))
        if run is None:
            st.markdown(":material/model_training: Nothing trained on it yet")
        else:
            _show_run(run, workspace)
        st.caption(
            f"Workspace {workspace[:6]} ... The address in your browser brings you back to it; "
            f"share it with care."
        )


def _show_run(run_id: str, workspace: str) -> None:
    judged = get_current_evaluation(run_id, workspace)
    names = {entry.id: entry.name for entry in runs_of(get_store(), workspace)}
    run, valid = judged.run, judged.tables["valid"]
    errors = (
        f"{valid.errors} of {count(len(valid.labels), 'validation photo')} wrong"
        if valid.photos
        else "no validation photos"
    )
    st.markdown(f"**{plain(names[run.card.id])}** on {run.card.backbone}  \n{errors}")
    if run.card.id == SHIPPED:
        st.caption("It has only seen rendered photos. Of real ones it gets about one in ten wrong.")


def require_run(workspace: str) -> str:
    """The run in use; where nothing was trained on this dataset yet, say so and stop the page."""
    run = active_run_id(workspace)
    if run is None:
        dataset = get_dataset(workspace)
        st.title("Nothing trained yet", anchor=False)
        there = (
            f"{plain(dataset.title)} has {count(len(dataset.photos), 'photo')} of "
            f"{named(dataset.classes)}."
        )
        st.markdown(
            f"{there} Give it photos, then let it learn from them: a second or two for each step."
        )
        st.page_link(
            "pages/dataset.py",
            label="Add photos",
            icon=":material/add_photo_alternate:",
            query_params=state.link(),
        )
        st.page_link(
            "pages/retrain.py",
            label="Train",
            icon=":material/model_training:",
            query_params=state.link(),
        )
        st.stop()
    return run


def require_frame() -> None:
    """Stop a page that Streamlit runs without its frame, and run the frame instead.

    The first line of every page.

    A server that starts in an app with a pages/ folder takes its files for whole apps until
    `st.navigation` is first called: whoever comes first by a link to a page would get it without
    sidebar and catalogue.
    """
    if not state.is_framed():
        PagesManager.uses_pages_directory = (
            False  # As st.navigation does; Streamlit has no setting for it.
        )
        st.rerun()


def run_page(page: Callable[[], None]) -> None:
    """Run a page; what goes wrong by name is a sentence, not a traceback."""
    state.set_framed(True)
    try:
        with progress_bar("First start, importing the starter set") as progress:
            import_starter(get_store(), progress)
        if state.is_new_visit():
            note_use(get_store(), state.workspace())
        show_sidebar()
        page()
    except AreoleError as error:
        st.error(str(error), icon=":material/error:")
    finally:
        state.set_framed(False)
