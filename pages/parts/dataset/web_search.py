"""Searching the web for photos that may be reused.

What to look for, a preview to drop what is wrong, then the download.
"""

import hashlib

import streamlit as st

from model.catalogue.dataset import Dataset
from model.datasets.background import start_import
from model.errors import SourceFailed
from model.gather.background import SearchJob, SearchRequest, downloading, start_search
from model.gather.sources.api import PhotoSource
from model.gather.sources.registry import SOURCES, sources
from model.gather.sources.results import MOST_PHOTOS, WebPhoto
from model.wording import count, shortened
from pages.parts.dataset.import_progress import show_quota
from pages.shared.cache.store import get_dataset, get_store
from pages.shared.cache.works import get_gatherer, get_import_jobs, get_search_jobs
from pages.shared.colours import class_badge
from pages.shared.text import plain

USUAL_NUMBER = 30
TICK_S = 0.5
PAGE = 24
LEAST_PX = 136
NUMBER_PX = 136


def ask_for_search(workspace: str) -> None:
    """The search, or what it has found."""
    show_quota(workspace)
    dataset, hunt = get_dataset(workspace), get_search_jobs().of(workspace)
    if hunt is None or hunt.dataset != dataset.name:
        _ask_for_wishes(dataset, workspace)
    elif hunt.is_running:
        with st.container(border=True):
            _watch(hunt)
    else:
        _show_found(hunt, dataset, workspace)


def _ask_for_wishes(dataset: Dataset, workspace: str) -> None:
    offered = sources()
    name = st.segmented_control(
        "Where to search",
        list(offered),
        default=next(iter(offered)),
        required=True,
        format_func=lambda one: offered[one].title,
        key="gather_source",
        persist_state="session",
    )
    source = offered[name]
    st.caption(source.note)
    wishes = [_ask_for_wish(dataset, label, source) for label in dataset.classes]
    commercial = st.toggle(
        "Only photos that may be used commercially",
        key="gather_commercial",
        persist_state="session",
        help="Leaves out the licences with NC, which most photos on iNaturalist have.",
    )
    asked = [wish for wish in wishes if wish.text.strip() and wish.number]
    if st.button(
        f"Search {plain(source.title)}",
        type="primary",
        icon=":material/search:",
        disabled=not asked,
        key="gather_search",
    ):
        try:
            start_search(
                get_search_jobs(),
                get_gatherer(),
                workspace,
                dataset=dataset.name,
                source=name,
                requests=asked,
                commercial=commercial,
            )
        except SourceFailed as error:
            st.error(plain(str(error)), icon=":material/error:")
            return
        st.rerun()
    missing = [other.when_missing for other in SOURCES.values() if other.name not in offered]
    st.caption(
        "Only photos whose licence allows reuse are kept, each with its author, licence and page. "
        f"You see them before anything is downloaded. {' '.join(missing)}"
    )


def _ask_for_wish(dataset: Dataset, label: str, source: PhotoSource) -> SearchRequest:
    usual = source.suggestions.get(label, label)
    with st.container(
        horizontal=True, vertical_alignment="bottom"
    ):  # Side by side on a phone too, unlike columns
        key = f"gather_text_{source.name}_{label}"
        text = st.text_input(
            f"Look for {plain(label)}", usual, max_chars=200, key=key, persist_state="session"
        )
        key = f"gather_number_{label}"
        wanted = st.number_input(
            "How many",
            0,
            MOST_PHOTOS,
            USUAL_NUMBER,
            10,
            key=key,
            persist_state="session",
            width=NUMBER_PX,
        )
    return SearchRequest(label, text or "", int(wanted))


@st.fragment(run_every=TICK_S)
def _watch(hunt: SearchJob) -> None:
    st.markdown(f"**{plain(hunt.title)}**")
    st.progress(
        min(1.0, hunt.done / max(1, hunt.total)),
        f"{hunt.done} of {hunt.total} found. Sources are asked slowly, as they wish.",
    )
    if st.button("Cancel", icon=":material/cancel:", key="gather_cancel", disabled=hunt.cancelled):
        hunt.cancelled = True
    if not hunt.is_running:
        st.rerun()


def _show_found(hunt: SearchJob, dataset: Dataset, workspace: str) -> None:
    """What was found for each class; the visitor drops what is wrong and downloads the rest."""
    if hunt.error:
        st.warning(plain(hunt.error), icon=":material/cancel:")
    for label, why in hunt.failed.items():
        st.error(f"{plain(label)}: {plain(why)}", icon=":material/cloud_off:")
    wanted = {
        label: [one for one in search.photos if st.session_state.get(_tick(one), True)]
        for label, search in hunt.searches.items()
        if label in dataset.classes
    }
    total = sum(map(len, wanted.values()))
    with st.container(horizontal=True, vertical_alignment="center"):
        intake = get_import_jobs().of(workspace)
        busy = intake is not None and intake.is_running
        if st.button(
            f"Download {count(total, 'photo')}",
            type="primary",
            icon=":material/download:",
            key="gather_download",
            disabled=not total or busy,
            help="Photos are still being added." if busy else None,
        ):
            title = f"Gathering {count(total, 'photo')} from {sources()[hunt.source].title}"
            start_import(
                get_import_jobs(),
                get_store(),
                workspace,
                dataset=dataset.name,
                title=title,
                opened=downloading(get_gatherer(), wanted),
            )
            get_search_jobs().forget(workspace)
            st.rerun()
        st.button(
            "Search anew",
            icon=":material/search:",
            key="gather_anew",
            on_click=get_search_jobs().forget,
            args=(workspace,),
        )
    if not wanted:
        return
    label = st.segmented_control(
        "Class",
        list(wanted),
        default=next(iter(wanted)),
        required=True,
        key="gather_class",
        format_func=lambda one: f"{plain(one)}: {len(wanted[one])}",
        label_visibility="collapsed",
    )
    search = hunt.searches[label]
    passed = [
        f"{number} passed over: {plain(reason)}" for reason, number in search.passed_over.items()
    ]
    st.caption("  \n".join([plain(search.understood), *passed]))
    _show_preview(search.photos, dataset, label)


def _show_preview(found: tuple[WebPhoto, ...], dataset: Dataset, label: str) -> None:
    if not found:
        st.info("Nothing found. Try other words, or another source.", icon=":material/search_off:")
        return
    st.markdown(f"Untick what is not {class_badge(dataset.classes, label)} or shows it badly.")
    pages = -(-len(found) // PAGE)
    acting, place = st.container(horizontal=True), st.container()
    page = st.pagination(pages, key=f"gather_page_{label}") if pages > 1 else 1
    shown = found[(page - 1) * PAGE : page * PAGE]
    with place, st.grid("auto", min_column_width=LEAST_PX, gap="small"):
        for one in shown:
            with st.container(gap="xxsmall"):
                # The visitor's browser fetches the thumbnail: it leaves no work and no trace on
                # this server.
                st.image(
                    one.thumbnail_url, width="stretch", alt=one.origin.title or f"Found for {label}"
                )
                st.checkbox(
                    plain(shortened(one.origin.title or label)),
                    True,
                    key=_tick(one),
                    persist_state="session",
                )
                st.caption(
                    f"{plain(one.origin.licence)}  "
                    f"\n{plain(shortened(one.origin.author or 'unnamed'))}"
                )
    with acting:
        st.button(
            "Tick all here",
            type="tertiary",
            key="gather_all",
            on_click=_set_ticks,
            args=(shown, True),
        )
        st.button(
            "Untick all here",
            type="tertiary",
            key="gather_none",
            on_click=_set_ticks,
            args=(shown, False),
        )


def _set_ticks(found: tuple[WebPhoto, ...], ticked: bool) -> None:
    for one in found:
        st.session_state[_tick(one)] = ticked


def _tick(found: WebPhoto) -> str:
    return f"gather_keep_{hashlib.sha256(found.photo_url.encode()).hexdigest()[:16]}"
