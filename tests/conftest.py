"""Fixtures for all tests: made-up pictures, and a data folder with the starter set."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import hypothesis
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from sqlalchemy import insert

from model.catalogue.schema import ActiveRunRow, DatasetRow, LabelRow, RunRow, WorkspaceRow
from model.catalogue.starter import CLASSES, STARTER, import_starter
from model.catalogue.store import Store, keep_photos, open_store
from model.catalogue.workspaces import new_workspace_id
from model.evaluation.table import Evaluation
from model.photos.image import Photo
from model.photos.photo_id import PhotoId
from model.runs.run import SHIPPED, Run, load_run, run_folder, save_run
from tests.model.gather.fixtures import (  # noqa: F401  # Fixtures of several rooms
    clock,
    fake,
    gatherer,
    no_internet,
)

# A busy machine needs longer now and then, and no test is about time.
hypothesis.settings.register_profile("areole", deadline=None)
hypothesis.settings.load_profile("areole")

STARTER_PHOTOS = Path(__file__).parents[1] / "assets" / "starter" / "photos"
Value = TypeVar("Value")


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A data folder with the starter set, shared by all tests; each has its own workspace."""
    shared = open_store(tmp_path_factory.mktemp("home"))
    import_starter(shared)
    return shared


@pytest.fixture
def empty_store(tmp_path: Path) -> Iterator[Store]:
    """A data folder with nothing in it."""
    fresh = open_store(tmp_path / "home")
    yield fresh
    fresh.engine.dispose()


@pytest.fixture
def bare_store(empty_store: Store) -> Store:
    """A data folder with an empty starter set, for tests that count or destroy everything."""
    return without_starter_photos(empty_store)


def without_starter_photos(store: Store) -> Store:
    """Make the starter set exist, empty, so that it is not imported."""
    with store.writing() as session:
        session.add(DatasetRow(name=STARTER, title="Starter set", classes=list(CLASSES)))
    return store


@pytest.fixture
def workspace() -> str:
    """The id of a new visitor's workspace."""
    return new_workspace_id()


def picture(width: int = 120, height: int = 90, seed: int = 0) -> Image.Image:
    """A smooth coloured RGB picture, like no other seed's."""
    coarse = np.random.default_rng(seed).integers(0, 255, (6, 8, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)


def encoded(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    """The bytes of a picture in a format."""
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def photo_ids(*names: str) -> tuple[PhotoId, ...]:
    """Made-up photos of these names."""
    return tuple(PhotoId(name) for name in names)


def by_photo(values: Mapping[str, Value]) -> dict[PhotoId, Value]:
    """A value for each made-up photo."""
    return {PhotoId(name): value for name, value in values.items()}


def put_photo(store: Store, photo: Photo) -> PhotoId:
    """Keep a photo without a visitor; returns its name."""
    with store.writing() as session:
        keep_photos(store, session, [photo])
    return photo.sha256


@pytest.fixture
def plant() -> Callable[[str], bytes]:
    """The bytes of a starter photo."""
    return lambda file: (STARTER_PHOTOS / file).read_bytes()


def fabricate(
    store: Store, classes: tuple[str, ...], rows: list[tuple[str, str]], logits: NDArray[np.float32]
) -> tuple[str, str]:
    """Make a workspace, a dataset of photos with (label, split), and a run with these logits.

    Returns the workspace's and the run's id. The photos share one picture's pixels.
    """
    workspace, run_id = new_workspace_id(), f"made-{uuid4().hex[:8]}"
    photos = _file_photos(store, workspace, run_id, classes, rows)
    pairs = zip(photos, rows, strict=True)
    train = tuple(photo for photo, (_, split) in pairs if split == "train")[:5]
    table = Evaluation(
        classes,
        tuple(photos),
        tuple(split for _, split in rows),
        np.array([classes.index(label) for label, _ in rows]),
        logits,
        (train,) * len(rows),
        np.full(len(rows), 0.9, np.float32),
    )
    shipped = load_run(run_folder(store, SHIPPED))
    card = replace(
        shipped.card, id=run_id, name="Made up", classes=classes, dataset=run_id, temperature=1.0
    )
    size = (len(classes), shipped.weight.shape[1])
    weight = np.random.default_rng(0).normal(size=size).astype(np.float32)
    run = Run(card, weight, np.zeros(len(classes), np.float32), table)
    save_run(run, run_folder(store, run_id))
    return workspace, run_id


def _file_photos(
    store: Store, workspace: str, name: str, classes: tuple[str, ...], rows: list[tuple[str, str]]
) -> list[PhotoId]:
    """Make a workspace with a dataset of photos with (label, split), and its run's row."""
    pixels = picture(64, 64)
    jpeg = encoded(pixels)
    made_up = [Photo(pixels, jpeg + f"{name} {number}".encode()) for number in range(len(rows))]
    photos = [photo.sha256 for photo in made_up]
    with store.writing() as session:
        keep_photos(store, session, made_up)
        dataset = DatasetRow(name=name, title="Made up", classes=list(classes), owner=workspace)
        session.add(dataset)
        session.flush()
        common = {"dataset_id": dataset.id}
        labels = [
            {**common, "photo": photo, "file": f"{number:05d}.jpg", "label": label, "split": split}
            for number, (photo, (label, split)) in enumerate(zip(photos, rows, strict=True))
        ]
        session.execute(insert(LabelRow), labels)
        session.add(WorkspaceRow(id=workspace, dataset_id=dataset.id))
        session.flush()
        session.add(ActiveRunRow(workspace=workspace, dataset_id=dataset.id, run=name))
        session.add(RunRow(id=name, workspace=None, dataset_id=dataset.id, name="Made up"))
    return photos
