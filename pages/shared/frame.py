"""What stands round every page: the sidebar, the import on first start, and a sentence where the data folder fails."""

from collections.abc import Callable

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from model.errors import AreoleError
from model.runs import SHIPPED
from model.starter import import_starter
from model.workspace_runs import runs_of
from pages.shared import state
from pages.shared.colours import class_badge
from pages.shared.progress import progress_bar
from pages.shared.resources import active_run_id, get_judged, get_store
from pages.shared.words import count, plain


def show_sidebar() -> None:
    """Which workspace, which data, which run, and how good it is."""
    workspace = state.workspace()
    judged = get_judged(active_run_id(workspace), workspace)
    names = {entry.id: entry.name for entry in runs_of(get_store(), workspace)}
    dataset, run, valid = judged.dataset, judged.run, judged.tables["valid"]
    with st.sidebar:
        st.markdown(f"**{plain(dataset.title)}**  \n{count(len(dataset.members), 'photo')}")
        st.markdown(" ".join(class_badge(dataset.classes, name) for name in dataset.classes))
        st.markdown(
            f"**{plain(names[run.card.id])}** on {run.card.backbone}  \n"
            f"{valid.errors} of {len(valid.labels)} validation photos wrong"
        )
        if run.card.id == SHIPPED:
            st.caption("It learned from rendered photos. Expect more mistakes on real ones: about one in eight.")
        st.caption(f"Workspace {workspace[:6]} ... The address in your browser brings you back to it; share it with care.")


def require_frame() -> None:
    """Stop a page that Streamlit runs without its frame, and run the frame instead. The first line of every page.

    A server that starts in an app with a pages/ folder takes its files for whole apps until `st.navigation` is first called:
    whoever comes first by a link to a page would get it without sidebar and catalogue.
    """
    if not state.is_framed():
        PagesManager.uses_pages_directory = False  # As st.navigation does; Streamlit has no setting for it.
        st.rerun()


def run_page(page: Callable[[], None]) -> None:
    """Run a page; what goes wrong by name is a sentence, not a traceback."""
    state.set_framed(True)
    try:
        with progress_bar("First start, importing the starter set") as progress:
            import_starter(get_store(), progress)
        show_sidebar()
        page()
    except AreoleError as error:
        st.error(str(error), icon=":material/error:")
    finally:
        state.set_framed(False)
