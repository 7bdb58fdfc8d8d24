"""The frame round every page: the first start, the sidebar, the header, what stops a page."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import streamlit as st
from streamlit.navigation.page import StreamlitPage
from streamlit.runtime.pages_manager import PagesManager

from model.catalogue.browsers import note_opened
from model.catalogue.starter import import_starter
from model.catalogue.workspaces import note_use
from model.errors import AreoleError
from model.photos.photo_id import PhotoId
from model.runs.run import SHIPPED
from model.wording import count
from pages.shared import state
from pages.shared.addresses import root_of
from pages.shared.browser import browser_key
from pages.shared.cache.runs import active_run_id, get_current_evaluation
from pages.shared.cache.store import get_dataset, get_store
from pages.shared.colours import class_badge
from pages.shared.progress import progress_bar
from pages.shared.text import named, plain
from pages.shared.visit import Visit


def run_page(page: StreamlitPage) -> None:
    """Run a page; failures by name become a sentence instead of a traceback."""
    try:
        with progress_bar("First start, importing the starter set") as progress:
            import_starter(get_store(), progress)
        if state.is_new_visit():
            _note_visit()
        state.set_root(root_of(st.context.url, page.url_path))
        visit = Visit.begin(get_store(), state.workspace())
        state.set_visit(visit)
        show_sidebar(visit)
        page.run()
    except AreoleError as error:
        st.error(str(error), icon=":material/error:")
    finally:
        state.set_visit(None)


def _note_visit() -> None:
    """Record that the workspace is in use, and which browser has opened it."""
    note_use(get_store(), state.workspace())
    key = browser_key()
    if key is not None:
        note_opened(get_store(), key, state.workspace())


def require_frame() -> Visit:
    """Give the visit of this rerun. The first line of every page.

    A page that Streamlit runs without its frame is stopped, and the frame run instead: a server
    that starts in an app with a pages/ folder takes its files for whole apps until `st.navigation`
    is first called, and the first link to a page would be answered without sidebar and catalogue.
    """
    visit = state.visit()
    if visit is None:
        PagesManager.uses_pages_directory = False  # As st.navigation does; there is no setting.
        st.rerun()
    return visit


def require_run(visit: Visit) -> str:
    """Give the id of the run in use; before the first training, say so and stop the page."""
    run = active_run_id(visit)
    if run is None:
        dataset = get_dataset(visit)
        show_header("Nothing trained yet")
        photos = f"{count(len(dataset.photos), 'photo')} of {named(dataset.classes)}"
        st.markdown(
            f"{plain(dataset.title)} has {photos}. Give it photos, then let it learn from them: a "
            "second or two for each step."
        )
        link_to_page("dataset", "Add photos", ":material/add_photo_alternate:")
        link_to_page("retrain", "Train", ":material/model_training:")
        st.stop()
    return run


def show_header(title: str) -> None:
    """Draw a page's title, and what went wrong in the last callback."""
    st.title(title, anchor=False)
    failure = state.take_failure()
    if failure:
        st.error(plain(failure), icon=":material/error:")


def ask_for_view(
    views: Sequence[str],
    key: str,
    *,
    label: str = "View",
    remembered: bool = False,
    title: Callable[[str], str] = str,
) -> str:
    """Ask for one of several views, the first unless the URL says another.

    `remembered` ones come back with the page in this session; `state.set_choice` chooses them.
    """
    tie: dict[str, Any] = {"default": views[0], "bind": "query-params"}
    if remembered:
        state.restored(key, views, views[0])
        tie = {"on_change": partial(state.keep, key)}
    view: str = st.segmented_control(
        label,
        views,
        required=True,
        key=key,
        format_func=title,
        label_visibility="collapsed",
        width="stretch",
        **tie,
    )
    return view


def link_to_page(
    page: str, label: str, icon: str | None = None, photo: PhotoId | None = None
) -> None:
    """Draw a link to another page in this workspace; to a photo, where one is named."""
    parameters = state.link_to(page, photo)
    st.page_link(f"pages/{page}.py", label=label, icon=icon, query_params=parameters)


def show_sidebar(visit: Visit) -> None:
    """Draw the workspace's dataset and classes, its run and the run's errors."""
    dataset, run = get_dataset(visit), active_run_id(visit)
    with st.sidebar:
        st.markdown(f"**{plain(dataset.title)}**  \n{count(len(dataset.photos), 'photo')}")
        st.markdown(" ".join(class_badge(dataset.classes, name) for name in dataset.classes))
        if run is None:
            st.markdown(":material/model_training: Nothing trained on it yet")
        else:
            _show_run(run, visit)
        st.caption(
            f"Workspace {visit.workspace[:6]} ... The address in your browser brings you back to "
            "it; share it with care."
        )


def _show_run(run_id: str, visit: Visit) -> None:
    current = get_current_evaluation(run_id, visit)
    card, valid = current.run.card, current.tables["valid"]
    photos = count(len(valid.labels), "validation photo")
    errors = f"{valid.errors} of {photos} wrong" if valid.photos else "no validation photos"
    st.markdown(f"**{plain(visit.run_names[card.id])}** on {card.backbone}  \n{errors}")
    if card.id == SHIPPED:
        st.caption("It has only seen rendered photos. Of real ones it gets about one in ten wrong.")
