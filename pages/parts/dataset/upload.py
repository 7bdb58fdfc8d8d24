"""Photos of one's own: files, a folder, or a ZIP of class folders."""

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
from model.errors import ArchiveRefused
from model.wording import count
from pages.parts.dataset.class_photos import ask_for_photos_of_class
from pages.parts.dataset.import_progress import ask_to_import, show_quota, show_refused
from pages.shared import state
from pages.shared.asking import ask_for_option
from pages.shared.cache.jobs import get_import_jobs
from pages.shared.cache.store import get_dataset
from pages.shared.callbacks import failure_shown
from pages.shared.colours import class_badge
from pages.shared.text import named, plain
from pages.shared.visit import Visit

PHOTOS, FILES, FOLDER = "Photos of a class", "A ZIP or photos", "A folder"
HERE, NEW = "Into this dataset", "As a new dataset"
# Some systems do not know the middle three as images.
FILE_TYPES = ["image", "heic", "heif", "avif", "zip"]
MAX_MEGABYTES = 200  # Of one file: the server holds it until its photos are in.


def ask_for_files(visit: Visit, *, own: bool) -> None:
    """Take files, say what is in them, and add them when the visitor says so."""
    show_quota(visit)
    has_classes = own and bool(get_dataset(visit).classes)
    ways = (PHOTOS, FILES, FOLDER) if has_classes else (FILES, FOLDER)
    way = ask_for_option("What", ways, f"dataset_way_{len(ways)}")
    if way == PHOTOS:
        ask_for_photos_of_class(visit)
        return
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
            "the split. A ZIP that this app has exported comes back as it was."
        )
        return
    try:
        with opened(files) as bundle:
            _offer(bundle, files, visit, own=own)
    except ArchiveRefused as error:
        st.error(plain(str(error)), icon=":material/folder_off:")


@contextmanager
def opened(files: Sequence[UploadedFile]) -> Iterator[Bundle]:
    """Open uploaded files, ZIPs among them. Raises ArchiveRefused."""
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


def _offer(bundle: Bundle, files: Sequence[UploadedFile], visit: Visit, *, own: bool) -> None:
    """Say what was found, ask where it is to go, and draw the button that adds it."""
    dataset = get_dataset(visit)
    into = ask_for_option("Where to", (HERE, NEW) if own else (NEW,), "dataset_into")
    classes = dataset.classes if into == HERE else ()
    loose = _ask_for_loose(classes) if any(file.label is None for file in bundle.files) else None
    upload = plan(bundle, classes, loose=loose)
    _show_plan(upload, classes)
    title = dataset.title if into == HERE else _ask_for_title(files)
    label = f"Add {count(len(upload.arrivals), 'photo')}"
    is_ready = bool(upload.arrivals) and len(upload.classes) <= MAX_CLASSES
    icon = ":material/add_photo_alternate:"
    if ask_to_import(label, icon, "dataset_add", visit, is_ready=is_ready):
        with failure_shown():
            _start(upload, files, visit, title, loose, new=into == NEW)


def _ask_for_loose(classes: Sequence[str]) -> str | None:
    """Ask for the class of photos in no class folder; None where there is no class yet."""
    if not classes:
        return None
    title = "Photos in no class folder are of"
    return st.pills(title, classes, format_func=plain, wrap=True, key="dataset_loose")


def _ask_for_title(files: Sequence[UploadedFile]) -> str:
    """Ask for a new dataset's title; called after the ZIP or the folder unless that is changed."""
    name: str = files[0].name.replace("\\", "/").partition("/")[0]
    usual = name.removesuffix(".zip").replace("_", " ")[:MAX_TITLE]
    key = "dataset_new_title"
    title = st.text_input("Name of the new dataset", usual, max_chars=MAX_TITLE, key=key)
    return title or "Uploaded"


def _show_plan(upload: Plan, classes: Sequence[str]) -> None:
    badges = [
        f"{class_badge(upload.classes, name)} {number}"
        for name in upload.classes
        if (number := upload.count(name))
    ]
    st.markdown(f"**Found {count(len(upload.arrivals), 'photo')}.** {' '.join(badges)}")
    new = [name for name in upload.classes if name not in classes]
    if new and classes:
        st.info(f"New in this dataset: {named(new)}.", icon=":material/new_label:")
    for notice in upload.notices:
        st.info(plain(notice), icon=":material/merge:")
    if len(upload.classes) > MAX_CLASSES:
        st.error(
            f"These would be {len(upload.classes)} classes; {MAX_CLASSES} is the most.",
            icon=":material/error:",
        )
    show_refused(ImportResult(refused=list(upload.refused)))


def _start(
    upload: Plan,
    files: Sequence[UploadedFile],
    visit: Visit,
    title: str,
    loose: str | None,
    *,
    new: bool,
) -> None:
    # First: what follows cannot be interrupted by a second click, which then finds nothing to add.
    state.empty_uploader()
    if new:
        name = create_dataset(visit.store, title, upload.classes, owner=visit.workspace)
    else:
        name = get_dataset(visit).name
        extend_classes(visit.store, visit.workspace, name, *upload.classes)

    @contextmanager
    def arriving(intake: ImportJob) -> Iterator[tuple[Iterable[IncomingPhoto], int]]:
        with opened(files) as bundle:
            planned = plan(bundle, upload.classes, loose=loose)
            intake.result.refused += planned.refused
            yield planned.arrivals, len(planned.arrivals)

    adding = f"Adding {count(len(upload.arrivals), 'photo')} to {title}"
    start_import(
        get_import_jobs(), visit.store, visit.workspace, dataset=name, title=adding, opened=arriving
    )
    st.rerun()
