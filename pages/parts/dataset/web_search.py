"""A search of the web for photos that may be reused: wishes, a preview, the download."""

import hashlib
from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from model.catalogue.dataset import Dataset
from model.datasets.background import start_import
from model.gather.background import SearchJob, SearchRequest, downloading, start_search
from model.gather.sources.api import PhotoSource
from model.gather.sources.registry import SOURCES, sources
from model.gather.sources.results import MOST_PHOTOS, WebPhoto
from model.wording import count, shortened, time_left
from pages.parts.dataset.import_progress import ask_to_import, show_quota
from pages.shared import state
from pages.shared.asking import ask_for_option
from pages.shared.cache.jobs import get_gatherer, get_import_jobs, get_search_jobs
from pages.shared.cache.store import get_dataset
from pages.shared.callbacks import failure_shown
from pages.shared.colours import class_badge
from pages.shared.gallery import paged
from pages.shared.text import plain
from pages.shared.ticks import ask_to_tick, show_tick_grid
from pages.shared.visit import Visit
from pages.shared.watching import watch

USUAL_NUMBER = 30
PAGE = 24
LEAST_PX = 136
NUMBER_PX = 136


def ask_for_search(visit: Visit) -> None:
    """Ask what to search for, or draw what was found."""
    show_quota(visit)
    dataset, hunt = get_dataset(visit), get_search_jobs().of(visit.workspace)
    if hunt is None or hunt.dataset != dataset.name:
        _ask_for_requests(dataset, visit)
    elif hunt.is_running:
        with st.container(border=True):
            st.markdown(f"**{plain(hunt.title)}**")
            watch(hunt, _progress, "gather_cancel")
    else:
        _show_results(hunt, dataset, visit)


def _ask_for_requests(dataset: Dataset, visit: Visit) -> None:
    """Ask where and what to search, and start."""
    offered = sources()
    name = ask_for_option(
        "Where to search",
        list(offered),
        "gather_source",
        title=lambda name: offered[name].title,
        is_labelled=True,
        keep_in="session",
    )
    source = offered[name]
    st.caption(source.note)
    requests = [_ask_for_request(label, source) for label in dataset.classes]
    commercial = st.toggle(
        "Only photos that may be used commercially",
        key="gather_commercial",
        persist_state="session",
        help="Leaves out the licences with NC, which most photos on iNaturalist have.",
    )
    requests = [request for request in requests if request.text.strip() and request.number]
    if st.button(
        f"Search {plain(source.title)}",
        type="primary",
        icon=":material/search:",
        disabled=not requests,
        key="gather_search",
    ):
        with failure_shown():
            _start(dataset.name, name, requests, visit, commercial=commercial)
    missing = [other.when_missing for other in SOURCES.values() if other.name not in offered]
    st.caption(
        "Only photos whose licence allows reuse are kept, each with its author, licence and page. "
        f"You see them before anything is downloaded. {' '.join(missing)}"
    )


def _ask_for_request(label: str, source: PhotoSource) -> SearchRequest:
    usual = source.suggestions.get(label, label)
    # Side by side on a phone too, unlike columns.
    with st.container(horizontal=True, vertical_alignment="bottom"):
        key = f"gather_text_{source.name}_{label}"
        text = st.text_input(
            f"Look for {plain(label)}", usual, max_chars=200, key=key, persist_state="session"
        )
        number = st.number_input(
            "How many",
            0,
            MOST_PHOTOS,
            USUAL_NUMBER,
            10,
            key=f"gather_number_{label}",
            persist_state="session",
            width=NUMBER_PX,
        )
    return SearchRequest(label, text or "", int(number))


def _start(
    dataset: str, source: str, requests: list[SearchRequest], visit: Visit, *, commercial: bool
) -> None:
    """Start a search, and run the page again to watch it. Raises SourceFailed."""
    start_search(
        get_search_jobs(),
        get_gatherer(),
        visit.workspace,
        dataset=dataset,
        source=source,
        requests=requests,
        commercial=commercial,
    )
    st.rerun()


def _progress(hunt: SearchJob) -> str:
    left = time_left(hunt.pace.seconds_left)
    return f"{hunt.done} of {hunt.total} found{left}. Sources are asked slowly, as they wish."


def _show_results(hunt: SearchJob, dataset: Dataset, visit: Visit) -> None:
    """Draw the photos found for each class; the visitor drops wrong ones and downloads the rest."""
    if hunt.error:
        st.warning(plain(hunt.error), icon=":material/cancel:")
    for label, why in hunt.failed.items():
        st.error(f"{plain(label)}: {plain(why)}", icon=":material/cloud_off:")
    wanted = {
        label: [photo for photo in search.photos if state.is_ticked(_tick(photo), default=True)]
        for label, search in hunt.searches.items()
        if label in dataset.classes
    }
    _ask_to_download(hunt, wanted, visit)
    if not wanted:
        return
    label = ask_for_option(
        "Class",
        list(wanted),
        "gather_class",
        title=lambda name: f"{plain(name)}: {len(wanted[name])}",
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
    total, jobs = sum(map(len, wanted.values())), get_search_jobs()
    photos, icon = count(total, "photo"), ":material/download:"
    with st.container(horizontal=True, vertical_alignment="center"):
        if ask_to_import(f"Download {photos}", icon, "gather_download", visit, is_ready=total > 0):
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
            on_click=partial(jobs.forget, visit.workspace),
        )


def _show_preview(photos: tuple[WebPhoto, ...], dataset: Dataset, label: str) -> None:
    if not photos:
        st.info("Nothing found. Try other words, or another source.", icon=":material/search_off:")
        return
    st.markdown(f"Untick what is not {class_badge(dataset.classes, label)} or shows it badly.")
    buttons = st.container(horizontal=True)
    with paged(photos, PAGE, f"gather_page_{label}") as shown:
        show_tick_grid(shown, partial(_show_with_box, label), LEAST_PX)
    with buttons:
        ask_to_tick("Tick all here", "gather_all", map(_tick, shown), ticked=True)
        ask_to_tick("Untick all here", "gather_none", map(_tick, shown), ticked=False)


def _show_with_box(label: str, photo: WebPhoto) -> None:
    """Draw a photo, which the visitor's browser fetches: it leaves no work and no trace here."""
    origin = photo.origin
    st.image(photo.thumbnail_url, width="stretch", alt=origin.title or f"Found for {label}")
    title = plain(shortened(origin.title or label))
    st.checkbox(title, True, key=_tick(photo), persist_state="session")
    st.caption(f"{plain(origin.licence)}  \n{plain(shortened(origin.author or 'unnamed'))}")


def _tick(photo: WebPhoto) -> str:
    return f"gather_keep_{hashlib.sha256(photo.photo_url.encode()).hexdigest()[:16]}"
