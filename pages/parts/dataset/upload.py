"""Bringing photos of one's own: files, a folder, or a ZIP of class folders.

First what was found, then the button that adds it.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import IO

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from model.datasets.archives import uploaded_bundle, zip_bundle
from model.datasets.background import ImportJob, start_import
from model.datasets.class_names import MAX_CLASSES
from model.datasets.folders import Bundle
from model.datasets.import_plan import Plan, plan
from model.datasets.intake import ImportResult, IncomingPhoto
from model.datasets.manage import MAX_TITLE, create_dataset, extend_classes
from model.errors import ArchiveRefused, InvalidRequest, NotFound, QuotaReached
from model.wording import count
from pages.parts.dataset.import_progress import show_quota, show_refused
from pages.shared import state
from pages.shared.cache.store import get_dataset, get_store
from pages.shared.cache.works import get_import_jobs
from pages.shared.colours import class_badge
from pages.shared.text import named, plain

FILES, FOLDER = "Photos or a ZIP", "A folder"
HERE, NEW = "Into this dataset", "As a new dataset"
FILE_TYPES = [
    "image",
    "heic",
    "heif",
    "avif",
    "zip",
]  # Some systems do not know the middle three as images.
MAX_MEGABYTES = 200  # Of one file: the server holds it until its photos are in.


def ask_for_files(workspace: str, *, own: bool) -> None:
    """Take files, say what is in them, and add them when the visitor says so."""
    show_quota(workspace)
    way = st.segmented_control(
        "What",
        (FILES, FOLDER),
        default=FILES,
        required=True,
        key="dataset_way",
        label_visibility="collapsed",
    )
    files = st.file_uploader(
        f"A ZIP of class folders, or photos; up to {MAX_MEGABYTES} MB a file"
        if way == FILES
        else "A folder of class folders",
        FILE_TYPES if way == FILES else FILE_TYPES[:-1],
        accept_multiple_files=True if way == FILES else "directory",
        max_upload_size=MAX_MEGABYTES,
        key=f"{state.uploader_key('dataset')}_{way}",
    )
    if not files:
        st.caption(
            "The folder a photo lies in is its class; folders called train, valid and test decide "
            "the split. "
            "A ZIP that this app has exported comes back as it was."
        )
        return
    try:
        with opened(files) as bundle:
            _offer(bundle, files, workspace, own=own)
    except ArchiveRefused as error:
        st.error(plain(str(error)), icon=":material/folder_off:")


@contextmanager
def opened(files: Sequence[UploadedFile]) -> Iterator[Bundle]:
    """What lies in uploaded files, ZIPs among them. Raises ArchiveRefused."""
    zips = [file for file in files if file.name.lower().endswith(".zip")]
    others = [(file.name, file.getvalue()) for file in files if file not in zips]
    with ExitStack() as stack:
        bundles = [stack.enter_context(zip_bundle(_rewound(file))) for file in zips]
        bundles += [uploaded_bundle(others)] if others else []
        tables = [bundle.table for bundle in bundles if bundle.table]
        yield Bundle(
            tuple(file for bundle in bundles for file in bundle.files),
            tuple(refused for bundle in bundles for refused in bundle.refused),
            tables[0] if len(tables) == 1 else None,
        )


def _rewound(file: UploadedFile) -> IO[bytes]:
    file.seek(0)
    return file


def _offer(bundle: Bundle, files: Sequence[UploadedFile], workspace: str, *, own: bool) -> None:
    """What was found, where it is to go, and the button."""
    dataset = get_dataset(workspace)
    into = st.segmented_control(
        "Where to",
        (HERE, NEW) if own else (NEW,),
        default=HERE if own else NEW,
        required=True,
        key="dataset_into",
        label_visibility="collapsed",
    )
    known = dataset.classes if into == HERE else ()
    loose = None
    if any(file.label is None for file in bundle.files) and known:
        loose = st.pills(
            "Photos in no class folder are of",
            known,
            format_func=plain,
            wrap=True,
            key="dataset_loose",
        )
    found = plan(bundle, known, loose=loose)
    _show_plan(found, known)
    title = dataset.title
    if into == NEW:
        title = (
            st.text_input(
                "Name of the new dataset",
                _title(files),
                max_chars=MAX_TITLE,
                key="dataset_new_title",
            )
            or "Uploaded"
        )
    intake = get_import_jobs().of(workspace)
    busy = intake is not None and intake.is_running
    if st.button(
        f"Add {count(len(found.arrivals), 'photo')}",
        type="primary",
        icon=":material/add_photo_alternate:",
        key="dataset_add",
        disabled=busy or not found.arrivals or len(found.classes) > MAX_CLASSES,
        help="Photos are still being added." if busy else None,
    ):
        _start(found, files, workspace, title, loose, new=into == NEW)


def _show_plan(found: Plan, known: Sequence[str]) -> None:
    badges = [
        f"{class_badge(found.classes, name)} {number}"
        for name in found.classes
        if (number := found.count(name))
    ]
    st.markdown(f"**Found {count(len(found.arrivals), 'photo')}.** {' '.join(badges)}")
    new = [name for name in found.classes if name not in known]
    if new and known:
        st.info(f"New in this dataset: {named(new)}.", icon=":material/new_label:")
    for notice in found.notices:
        st.info(plain(notice), icon=":material/merge:")
    if len(found.classes) > MAX_CLASSES:
        st.error(
            f"These would be {len(found.classes)} classes; {MAX_CLASSES} is the most.",
            icon=":material/error:",
        )
    show_refused(ImportResult(refused=list(found.refused)))


def _start(
    found: Plan,
    files: Sequence[UploadedFile],
    workspace: str,
    title: str,
    loose: str | None,
    *,
    new: bool,
) -> None:
    store = get_store()
    # First: what follows cannot be interrupted by a second click, which then finds nothing to add.
    state.empty_uploader()
    try:
        if new:
            name = create_dataset(store, title, found.classes, owner=workspace)
        else:
            name = get_dataset(workspace).name
            extend_classes(store, workspace, name, *found.classes)
    except (NotFound, InvalidRequest, QuotaReached) as error:
        st.error(plain(str(error)), icon=":material/error:")
        return

    @contextmanager
    def arriving(intake: ImportJob) -> Iterator[tuple[Iterable[IncomingPhoto], int]]:
        with opened(files) as bundle:
            planned = plan(bundle, found.classes, loose=loose)
            intake.result.refused += planned.refused
            yield planned.arrivals, len(planned.arrivals)

    adding = f"Adding {count(len(found.arrivals), 'photo')} to {title}"
    start_import(get_import_jobs(), store, workspace, dataset=name, title=adding, opened=arriving)
    st.rerun()


def _title(files: Sequence[UploadedFile]) -> str:
    """What a dataset made of these is called when nobody says: after the ZIP, or the folder."""
    name: str = files[0].name
    return (
        name.replace("\\", "/").partition("/")[0].removesuffix(".zip").replace("_", " ")[:MAX_TITLE]
    )
