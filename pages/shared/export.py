"""Buttons to take a dataset away as a file, one a format."""

from collections.abc import Callable
from functools import partial
from mimetypes import guess_type
from tempfile import SpooledTemporaryFile

import streamlit as st

from model.catalogue.dataset import Dataset, find_dataset
from model.datasets.export import FORMATS, ExportFormat
from pages.shared.cache.store import get_store

ZIP_IN_MEMORY = 50_000_000
MAX_ZIPPED = 2000  # Photos; a server has to hold the whole ZIP while it is sent.


def show_take_away(dataset: Dataset) -> None:
    """Offer the dataset as a ZIP, and say what it is good for."""
    st.markdown(
        "One ZIP with a folder for each class in a folder for each split, as fastai, Keras and "
        "Teachable Machine read them. `photos.csv` in it says of each photo its hash, label, "
        "split, source, licence, author and page; `ATTRIBUTION.txt` names everybody to be named. "
        "Bring it back with **Upload**, here or on another machine, and the dataset is the same."
    )
    offer_export(dataset, "Take it away")
    st.caption("From a shell, of any size:")
    command = (
        f"python -m model export --dataset={dataset.name} --workspace=WORKSPACE --out photos.zip"
    )
    st.code(command, language="sh")
    st.caption(
        "WORKSPACE is what stands behind `w=` in this page's address. "
        "Whoever knows it can open your workspace."
    )


def offer_export(dataset: Dataset, title: str) -> None:
    """Draw a button for each format; the file is made when it is pressed."""
    many = len(dataset.photos) > MAX_ZIPPED
    for export_format in FORMATS.values():
        st.download_button(
            f"{title} ({export_format.title})",
            partial(_as_file, dataset, export_format),
            f"{dataset.name}{export_format.suffix}",
            guess_type(f"dataset{export_format.suffix}")[0],
            icon=":material/folder_zip:",
            on_click="ignore",
            disabled=many or not dataset.photos,
        )
    if many:
        st.caption(
            f"More than {MAX_ZIPPED} photos are too many to send by a browser. "
            "From a shell: `python -m model export`"
        )


def _as_file(dataset: Dataset, export_format: ExportFormat) -> bytes:
    imported = find_dataset(get_store(), dataset.name)
    with SpooledTemporaryFile(ZIP_IN_MEMORY) as file:
        export_format.write(get_store(), dataset, imported, file)
        file.seek(0)
        return file.read()


def offer_csv(
    title: str, table: bytes | Callable[[], bytes], file: str, icon: str = ":material/download:"
) -> None:
    """Draw a button that downloads a table."""
    st.download_button(title, table, file, "text/csv", icon=icon, on_click="ignore")
