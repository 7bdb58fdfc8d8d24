"""iNaturalist: living things, identified by people (https://api.inaturalist.org/v1/docs/)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from model.errors import SourceFailed
from model.gather.sources.api import Api, Parameters, PhotoSource, record
from model.gather.sources.licences import Licence, licence_codes, licence_of_inaturalist
from model.gather.sources.results import (
    NO_SENSE,
    PassedOver,
    PhotoSearch,
    Record,
    WebPhoto,
    collect,
    pixels,
    reusable,
    web_photo,
)
from model.progress import Progress
from model.untrusted_text import without_markup

TITLE = "iNaturalist"
MOST_NAMES = 12
NAMES_ASKED = 10  # Taxa looked at for one that has exactly the name
MEDIUM_PX = 500  # The longer side of its medium size
NAME_CHARACTERS = 80


@dataclass(frozen=True)
class Taxon:
    """A species, genus, family ..., as iNaturalist knows it."""

    id: int
    name: str
    rank: str
    common_name: str

    @property
    def description(self) -> str:
        """Its names and rank in a few words."""
        return f"{self.name} ({', '.join(word for word in (self.common_name, self.rank) if word)})"


def search(
    api: Api, text: str, number: int, *, commercial: bool, progress: Progress
) -> PhotoSearch:
    """Find photos of taxa, whose names are separated by commas, in equal shares."""
    names = list(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if not names or len(names) > MOST_NAMES:
        raise SourceFailed(
            f"iNaturalist needs between one and {MOST_NAMES} names of plants, animals or fungi, "
            "separated by commas."
        )
    by_name = {name: _taxon(api, name) for name in names}
    taxa = list(dict.fromkeys(taxon for taxon in by_name.values() if taxon))
    unknown = ", ".join(f"“{name}”" for name, taxon in by_name.items() if taxon is None)
    if not taxa:
        raise SourceFailed(
            f"iNaturalist knows nothing that is called {unknown}. "
            "Try a scientific name such as Cactaceae."
        )
    understood = f"iNaturalist looked for {', '.join(taxon.description for taxon in taxa)}."
    if unknown:
        understood += f" It knows nothing that is called {unknown}."
    entries = _in_turns([_entries(api, taxon, commercial) for taxon in taxa])
    return collect(entries, lambda entry: _read(entry, commercial), number, progress, understood)


def _taxon(api: Api, name: str) -> Taxon | None:
    """Find the taxon with exactly this scientific or common name, else iNaturalist's first."""
    answer = api.get("/taxa", {"q": name, "per_page": NAMES_ASKED, "is_active": "true"})
    entries = api.records(answer.get("results"))
    taxa = [taxon for entry in entries if (taxon := _read_taxon(entry))]
    wanted = name.casefold()
    exact = (t for t in taxa if wanted in (t.name.casefold(), t.common_name.casefold()))
    return next(exact, taxa[0] if taxa else None)


def _read_taxon(entry: Record) -> Taxon | None:
    number, name = entry.get("id"), without_markup(entry.get("name"), NAME_CHARACTERS)
    if not isinstance(number, int) or not name:
        return None
    common_name = without_markup(entry.get("preferred_common_name"), NAME_CHARACTERS)
    return Taxon(number, name, without_markup(entry.get("rank"), NAME_CHARACTERS), common_name)


def _entries(api: Api, taxon: Taxon, commercial: bool) -> Iterator[Record]:
    codes = licence_codes(commercial=commercial)
    # It has no name for the public domain mark.
    licences = [code if code == "cc0" else f"cc-{code}" for code in codes if code != "pdm"]
    parameters: Parameters = {
        "taxon_id": taxon.id,
        "photos": "true",
        "photo_license": ",".join(licences),
        "quality_grade": "research",  # At least two people agree on what it is.
        "order_by": "votes",
        "per_page": api.source.page_size,
    }
    for page in range(1, api.source.most_pages + 1):
        answer = api.get("/observations", {**parameters, "page": page})
        yield from (results := api.records(answer.get("results")))
        total = answer.get("total_results")
        if not results or not isinstance(total, int) or page * api.source.page_size >= total:
            return


def _in_turns(sequences: list[Iterator[Record]]) -> Iterator[Record]:
    """Yield one item of each in turn; when one ends, the others go on."""
    while sequences:
        for sequence in sequences.copy():
            try:
                yield next(sequence)
            except StopIteration:
                sequences.remove(sequence)


def _read(observation: Record, commercial: bool) -> WebPhoto:
    """Read an observation's first photo that may be reused; the others show the same plant."""
    photos = observation.get("photos")
    if not isinstance(photos, list) or not photos:
        raise PassedOver(NO_SENSE)
    failure = PassedOver(NO_SENSE)
    for photo in map(record, photos):
        try:
            licence = licence_of_inaturalist(photo.get("license_code"))
            return _read_photo(photo, observation, reusable(licence, commercial=commercial))
        except PassedOver as reason:
            failure = reason
    raise failure


def _read_photo(photo: Record, observation: Record, licence: Licence) -> WebPhoto:
    url, number = photo.get("url"), photo.get("id")
    if not isinstance(url, str) or not isinstance(number, int):
        raise PassedOver(NO_SENSE)
    user, taxon = record(observation.get("user")), record(observation.get("taxon"))
    width, height = _medium_size(record(photo.get("original_dimensions")))
    return web_photo(
        source=TITLE,
        photo_url=re.sub(r"/square\.", "/medium.", url),
        thumbnail_url=re.sub(r"/square\.", "/small.", url),
        # The photo's own page: it shows the photo's licence.
        page=f"https://www.inaturalist.org/photos/{number}",
        licence=licence,
        author=user.get("name") or user.get("login"),
        title=taxon.get("preferred_common_name") or taxon.get("name"),
        width=width,
        height=height,
    )


def _medium_size(original: Record) -> tuple[int | None, int | None]:
    width, height = pixels(original.get("width")), pixels(original.get("height"))
    if width is None or height is None:
        return None, None
    shrink = min(1.0, MEDIUM_PX / max(width, height))
    return round(width * shrink), round(height * shrink)


SOURCE = PhotoSource(
    "inaturalist",
    TITLE,
    "Plants, animals and fungi by name, each identified by several people. "
    "Separate several names by commas.",
    "https://api.inaturalist.org/v1",
    search,
    least_interval_s=1.0,  # "Please keep to 60 requests per minute or lower" (its API reference)
    page_size=60,  # It allows 200, but an observation has up to 50 kB.
    most_pages=8,  # For each name
    suggestions={  # It knows families and genera, but no trees.
        "cactus": "Cactaceae",
        "succulent": "Crassulaceae, Asphodelaceae, Aizoaceae",
        "tree": "Quercus, Pinus, Acer, Betula, Salix",
    },
)
