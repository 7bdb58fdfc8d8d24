"""Photos of one class, made small in the browser, added as soon as they have arrived."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import streamlit as st

from model.catalogue.dataset import Dataset
from model.catalogue.origins import Origin
from model.catalogue.signatures import UploadPurpose
from model.datasets.background import ImportJob, start_import
from model.datasets.folders import RefusedFile
from model.datasets.intake import IncomingPhoto
from model.wording import count
from pages.shared import state
from pages.shared.asking import ask_for_class
from pages.shared.cache.jobs import get_import_jobs, is_importing
from pages.shared.cache.store import get_dataset
from pages.shared.components.photo_picker.picker import Delivery, ask_for_uploads
from pages.shared.visit import Visit

MOST = 50


def ask_for_photos_of_class(visit: Visit) -> None:
    """Ask for a class and for photos of it, and add what comes."""
    dataset = get_dataset(visit)
    if is_importing(visit.workspace):
        st.caption("Photos are still being added. Send more when these are in.")
        return
    key = f"dataset_photos_of_{len(dataset.classes)}"
    label = ask_for_class("These are photos of", dataset.classes, key, dataset.classes[0])
    title = f"Photos of {label}, up to {MOST} at once"
    delivery = ask_for_uploads(visit, title, UploadPurpose.DATASET, MOST, about=label)
    if delivery is not None:
        state.empty_uploader()
        if delivery.uploads and delivery.about in dataset.classes:
            _start(visit, dataset, delivery)
        elif delivery.refused:
            state.set_failure("; ".join(f"{name}: {why}" for name, why in delivery.refused))
        st.rerun()


def _start(visit: Visit, dataset: Dataset, delivery: Delivery) -> None:
    """Add in the background what has come; what has not is named with the result."""

    @contextmanager
    def arriving(intake: ImportJob) -> Iterator[tuple[Iterable[IncomingPhoto], int]]:
        intake.result.refused += [RefusedFile(name, why) for name, why in delivery.refused]
        arrivals = [
            IncomingPhoto(name, delivery.about, read, Origin("upload"))
            for name, read in delivery.uploads
        ]
        yield arrivals, len(arrivals)

    adding = f"Adding {count(len(delivery.uploads), 'photo')} to {dataset.title}"
    start_import(
        get_import_jobs(),
        visit.store,
        visit.workspace,
        dataset=dataset.name,
        title=adding,
        opened=arriving,
    )
