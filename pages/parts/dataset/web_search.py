"""Searching the web for photos that may be reused.

What to look for, a preview to drop what is wrong, then the download.
"""

import hashlib
from collections.abc import Mapping, Sequence

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
from pages.shared import state
from pages.shared.cache.jobs import get_gatherer, get_import_jobs, get_search_jobs, is_importing
from pages.shared.cache.store import get_dataset
from pages.shared.colours import class_badge
from pages.shared.gallery import paged
from pages.shared.text import plain
from pages.shared.visit import Visit
from pages.shared.watching import watch

USUAL_NUMBER = 30
PAGE = 24
LEAST_PX = 136
NUMBER_PX = 136


def ask_for_search(visit: Visit) -> None:
    """The search, or what it has found."""
    show_quota(visit)
    dataset, hunt = get_dataset(visit), get_search_jobs().of(visit.workspace)
    if hunt is None or hunt.dataset != dataset.name:
        _ask_for_wishes(dataset, visit)
    elif hunt.is_running:
        with st.container(border=True):
            st.markdown(f"**{plain(hunt.title)}**")
            watch(hunt, _progress, "gather_cancel")
    else:
        _show_found(hunt, dataset, visit)


def _ask_for_wishes(dataset: Dataset, visit: Visit) -> None:
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
                visit.workspace,
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


def _progress(hunt: SearchJob) -> str:
    return f"{hunt.done} of {hunt.total} found. Sources are asked slowly, as they wish."


def _show_found(hunt: SearchJob, dataset: Dataset, visit: Visit) -> None:
    """Draw the photos found for each class; the visitor drops wrong ones and downloads the rest."""
    if hunt.error:
        st.warning(plain(hunt.error), icon=":material/cancel:")
    for label, why in hunt.failed.items():
        st.error(f"{plain(label)}: {plain(why)}", icon=":material/cloud_off:")
    wanted = {
        label: [photo for photo in search.photos if st.session_state.get(_tick(photo), True)]
        for label, search in hunt.searches.items()
        if label in dataset.classes
    }
    _ask_to_download(hunt, wanted, visit)
    if not wanted:
        return
    label = st.segmented_control(
        "Class",
        list(wanted),
        default=next(iter(wanted)),
        required=True,
        key="gather_class",
        format_func=lambda name: f"{plain(name)}: {len(wanted[name])}",
        label_visibility="collapsed",
    )
    search = hunt.searches[label]
    passed = [
        f"{number} passed over: {plain(reason)}" for reason, number in search.passed_over.items()
    ]
    st.caption("  \n".join([plain(search.understood), *passed]))
    _show_preview(search.photos, dataset, label)


def _ask_to_download(
    hunt: SearchJob, wanted: Mapping[str, Sequence[WebPhoto]], visit: Visit
) -> None:
    total, busy = sum(map(len, wanted.values())), is_importing(visit.workspace)
    photos, jobs = count(total, "photo"), get_search_jobs()
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            f"Download {photos}",
            type="primary",
            icon=":material/download:",
            key="gather_download",
            disabled=not total or busy,
            help="Photos are still being added." if busy else None,
        ):
            start_import(
                get_import_jobs(),
                visit.store,
                visit.workspace,
                dataset=hunt.dataset,
                title=f"Gathering {photos} from {sources()[hunt.source].title}",
                opened=downloading(get_gatherer(), wanted),
            )
            jobs.forget(visit.workspace)
            st.rerun()
        st.button(
            "Search anew",
            icon=":material/search:",
            key="gather_anew",
            on_click=jobs.forget,
            args=(visit.workspace,),
        )


def _show_preview(found: tuple[WebPhoto, ...], dataset: Dataset, label: str) -> None:
    if not found:
        st.info("Nothing found. Try other words, or another source.", icon=":material/search_off:")
        return
    st.markdown(f"Untick what is not {class_badge(dataset.classes, label)} or shows it badly.")
    acting = st.container(horizontal=True)
    with (
        paged(found, PAGE, f"gather_page_{label}") as shown,
        st.grid("auto", min_column_width=LEAST_PX, gap="small"),
    ):
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


def _set_ticks(photos: Sequence[WebPhoto], ticked: bool) -> None:
    state.set_ticks(map(_tick, photos), ticked)


def _tick(found: WebPhoto) -> str:
    return f"gather_keep_{hashlib.sha256(found.photo_url.encode()).hexdigest()[:16]}"
