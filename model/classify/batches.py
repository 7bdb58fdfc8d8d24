"""Photos to evaluate, from a folder of class folders or a dataset: opened a few at a time."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PIL import Image

from model.catalogue.dataset import find_dataset
from model.catalogue.store import Store, open_stored
from model.classify.answer import Prediction
from model.classify.classifier import Classifier
from model.errors import AreoleError, InvalidRequest
from model.photos.image import SUFFIXES, open_file
from model.photos.prefetch import ahead


@dataclass(frozen=True)
class EvaluationPhoto:
    """A photo to evaluate: how to open it, and the position of its class."""

    name: str
    open: Callable[[], Image.Image]
    label: int


def folder_sources(folder: Path, classes: tuple[str, ...]) -> list[EvaluationPhoto]:
    """List the photos of a folder of class folders. Raises InvalidRequest for one of no class."""
    positions = {name.casefold(): position for position, name in enumerate(classes)}
    sources = []
    for inside in sorted(path for path in folder.glob("[!.]*") if path.is_dir()):
        position = positions.get(inside.name.casefold())
        if position is None:
            raise InvalidRequest(
                f"The folder {inside.name} is no class of this run; its classes are "
                f"{', '.join(classes)}."
            )
        files = sorted(path for path in inside.rglob("*") if _is_photo(path))
        sources += [EvaluationPhoto(str(file), partial(_open, file), position) for file in files]
    return sources


def _is_photo(path: Path) -> bool:
    return path.suffix.lower().lstrip(".") in SUFFIXES and not path.name.startswith(".")


def _open(file: Path) -> Image.Image:
    return open_file(file).image


def dataset_sources(
    store: Store, name: str, split: str, classes: tuple[str, ...]
) -> list[EvaluationPhoto]:
    """List a dataset's photos in one split, or in "all". Raises NotFound, InvalidRequest."""
    dataset = find_dataset(store, name)
    if dataset.classes != classes:
        raise InvalidRequest(
            f"The run knows {', '.join(classes)}, the dataset {', '.join(dataset.classes)}."
        )
    return [
        EvaluationPhoto(
            labelled.photo,
            partial(open_stored, store, labelled.photo),
            classes.index(labelled.label),
        )
        for labelled in dataset.photos
        if split in (labelled.split, "all")
    ]


def predictions(
    classifier: Classifier, sources: Iterable[EvaluationPhoto]
) -> Iterator[tuple[EvaluationPhoto, Prediction | AreoleError]]:
    """Classify photos on all cores, in order, without ever holding many."""
    return ahead(sources, lambda source: classifier.predict(source.open()))
