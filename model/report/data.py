"""What a report says about the data: how many photos of what, and where they come from."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from model.catalogue.dataset import Dataset
from model.catalogue.origins import Origin

MOST_EXAMPLES, LEAST_EXAMPLES, EXAMPLES_IN_ALL = 6, 3, 24  # Photos of a class; all classes together
NO_CREDIT = ("cc0", "public domain", "pdm")  # Licences that ask for no credit begin like this.


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where some of the photos come from, under one licence."""

    name: str
    licence: str
    licence_url: str
    photos: int


@dataclass(frozen=True)
class Data:
    """A dataset as it is now."""

    title: str
    classes: tuple[str, ...]
    counts: Mapping[tuple[str, str], int]  # By (class, split)
    examples: Mapping[str, tuple[str, ...]]  # Train photos of each class
    sources: tuple[Provenance, ...]  # The largest first
    origins: Mapping[str, Origin]  # Of all photos that are or were in it
    files: Mapping[str, str]  # Their names, for people

    @property
    def photos(self) -> int:
        """How many there are."""
        return sum(self.counts.values())

    def of_split(self, split: str) -> int:
        """How many photos a split has."""
        return sum(self.counts[name, split] for name in self.classes)

    @property
    def creditors(self) -> list[tuple[Origin, int]]:
        """Who is to be named, with the number of photos: one origin for each author, source and licence."""
        counted = Counter(
            Origin(one.source, one.licence, one.licence_url, one.author)
            for one in self.origins.values()
            if wants_credit(one)
        )
        return counted.most_common()


def describe_data(dataset: Dataset, imported: Dataset, origins: Mapping[str, Origin]) -> Data:
    """What there is to say about a dataset; `imported` is the same before anything was edited."""
    counts: Counter[tuple[str, str]] = Counter(
        (labelled.label, labelled.split) for labelled in dataset.photos
    )
    number = min(
        MOST_EXAMPLES, max(LEAST_EXAMPLES, EXAMPLES_IN_ALL // max(len(dataset.classes), 1))
    )
    train = [labelled for labelled in dataset.photos if labelled.split == "train"]
    examples = {
        name: tuple(one.photo for one in train if one.label == name)[:number]
        for name in dataset.classes
    }
    files = {labelled.photo: labelled.file for labelled in (*imported.photos, *dataset.photos)}
    return Data(
        dataset.title,
        dataset.classes,
        counts,
        examples,
        _sources(origins.get(labelled.photo, Origin()) for labelled in dataset.photos),
        origins,
        files,
    )


def wants_credit(origin: Origin) -> bool:
    """Whether a photo's licence, or its author's name without one, asks that the author be named."""
    return bool(origin.licence or origin.author) and not origin.licence.casefold().startswith(
        NO_CREDIT
    )


def _sources(origins: Iterable[Origin]) -> tuple[Provenance, ...]:
    counted = Counter((one.source, one.licence, one.licence_url) for one in origins)
    return tuple(Provenance(*where, photos) for where, photos in counted.most_common())
