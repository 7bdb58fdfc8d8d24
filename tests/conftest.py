"""Fixtures for all rings: pictures made here, and a data folder with the starter set that costs one import."""

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from model.photos import Photo
from model.starter import import_starter
from model.store import Store, keep_photos, open_store
from model.workspaces import new_workspace_id

STARTER_PHOTOS = Path(__file__).parents[1] / "assets" / "starter" / "photos"


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A data folder with the starter set, shared by all tests: each works in a workspace of its own."""
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
def workspace() -> str:
    """A new visitor's."""
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


def put_photo(store: Store, photo: Photo) -> str:
    """Keep a photo for itself, without a visitor; its name."""
    with store.writing() as session:
        keep_photos(store, session, [(photo.sha256, photo.jpeg(), photo.image.size)])
    return photo.sha256


@pytest.fixture
def plant() -> Callable[[str], bytes]:
    """The bytes of a starter photo."""
    return lambda file: (STARTER_PHOTOS / file).read_bytes()
