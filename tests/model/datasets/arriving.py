"""Photos on their way into datasets, and datasets made of them."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from model.catalogue.origins import Origin
from model.catalogue.schema import DatasetRow, RunRow
from model.catalogue.store import Store
from model.catalogue.workspaces import ensure_workspace
from model.datasets.intake import ImportResult, IncomingPhoto, add_photos
from model.datasets.manage import create_dataset
from model.photos.photo_id import PhotoId, digest
from model.runs.run import run_folder
from tests.conftest import encoded, picture

FROM_TEST = Origin(
    "test",
    "CC BY 4.0",
    "https://creativecommons.org/licenses/by/4.0/",
    "Ana",
    "https://garden.example/1",
    "A cat",
)


def data_of(seed: int) -> bytes:
    return encoded(picture(seed=seed))


def name_of(seed: int) -> PhotoId:
    """The photo that a seed comes to."""
    return digest(data_of(seed))


def arriving(
    seed: int, label: str, split: str | None = None, data: bytes | None = None
) -> IncomingPhoto:
    """A file that is to join a dataset, with an origin of its own."""
    origin = replace(FROM_TEST, title=f"Photo {seed}")
    return IncomingPhoto(
        f"{label} {seed}.jpg", label, lambda: data_of(seed) if data is None else data, origin, split
    )


def bring(
    store: Store, name: str, arrivals: Iterable[IncomingPhoto], owner: str | None
) -> ImportResult:
    """Take files in; what became of them."""
    report, coming = ImportResult(), list(arrivals)
    add_photos(store, name, coming, report, total=len(coming), owner=owner)
    return report


def pets(
    store: Store, owner: str | None, first: int = 0, number: int = 4, title: str = "Pets"
) -> str:
    """A dataset of so many cats and as many dogs, from seed `first` on."""
    name = create_dataset(store, title, ["cat", "dog"], owner=owner)
    cats = [arriving(seed, "cat") for seed in range(first, first + number)]
    dogs = [arriving(seed, "dog") for seed in range(first + number, first + 2 * number)]
    bring(store, name, [*cats, *dogs], owner)
    return name


def note_run_of(store: Store, owner: str | None, dataset: str, run: str) -> Path:
    """A run as a training leaves it in the catalogue, and its folder, with nothing in it."""
    folder = run_folder(store, run)
    folder.mkdir(parents=True)
    with store.writing() as session:
        if owner:
            ensure_workspace(session, owner)
        row = session.query(DatasetRow).filter_by(name=dataset).one()
        session.add(RunRow(id=run, workspace=owner, dataset_id=row.id, name=run))
    return folder
