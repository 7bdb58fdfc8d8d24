"""The data in a report: how many photos of each class, and where they come from."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from model.catalogue.dataset import Dataset
from model.catalogue.origins import Origin
from model.photos.photo_id import PhotoId

MOST_EXAMPLES, LEAST_EXAMPLES, EXAMPLES_IN_ALL = 6, 3, 24  # Of a class; of all together
NO_CREDIT = ("cc0", "public domain", "pdm")  # Licences that ask for no credit begin like this.


@dataclass(frozen=True)
class Data:
    """A dataset as it is now."""

    title: str
    classes: tuple[str, ...]
    counts: Mapping[tuple[str, str], int]  # By (class, split)
    examples: Mapping[str, tuple[PhotoId, ...]]  # Train photos of each class
    sources: list[tuple[Origin, int]]  # By source and licence, with photos; the largest first
    origins: Mapping[PhotoId, Origin]  # Of all photos that are or were in it
    files: Mapping[PhotoId, str]  # Their names, for people

    @property
    def photos(self) -> int:
        """Number of photos."""
        return sum(self.counts.values())

    def of_split(self, split: str) -> int:
        """Count the photos of a split."""
        return sum(self.counts[name, split] for name in self.classes)

    @property
    def creditors(self) -> list[tuple[Origin, int]]:
        """Authors to be named, by source and licence, with their numbers of photos."""
        counts = Counter(
            replace(origin, page="", title="")
            for origin in self.origins.values()
            if wants_credit(origin)
        )
        return counts.most_common()


def describe_data(dataset: Dataset, imported: Dataset, origins: Mapping[PhotoId, Origin]) -> Data:
    """Describe a dataset; `imported` is the same before anything was edited."""
    counts = Counter[tuple[str, str]](
        (labelled.label, labelled.split) for labelled in dataset.photos
    )
    fair = EXAMPLES_IN_ALL // max(len(dataset.classes), 1)
    number = min(MOST_EXAMPLES, max(LEAST_EXAMPLES, fair))
    train = [labelled for labelled in dataset.photos if labelled.split == "train"]
    examples = {
        name: tuple(labelled.photo for labelled in train if labelled.label == name)[:number]
        for name in dataset.classes
    }
    every_origin = [origins.get(labelled.photo, Origin()) for labelled in dataset.photos]
    sources = Counter(replace(origin, author="", page="", title="") for origin in every_origin)
    files = {labelled.photo: labelled.file for labelled in (*imported.photos, *dataset.photos)}
    return Data(
        dataset.title,
        dataset.classes,
        counts,
        examples,
        sources.most_common(),
        origins,
        files,
    )


def wants_credit(origin: Origin) -> bool:
    """Tell whether a licence, or an author's name without one, asks for credit."""
    free = origin.licence.casefold().startswith(NO_CREDIT)
    return bool(origin.licence or origin.author) and not free
