"""iNaturalist: observations of living things, identified by people (https://api.inaturalist.org/v1/docs/)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from model.errors import SourceFailed
from model.gather.net.pause import Check
from model.gather.sources.api import Parameters, Record, ask, record, records
from model.gather.sources.licences import Licence, licence_codes, licence_of_inaturalist
from model.gather.sources.results import (
    NO_SENSE,
    PassedOver,
    PhotoSearch,
    Progress,
    WebPhoto,
    collect,
    found_photo,
    pixels,
    reusable,
)
from model.gather.sources.services import SERVICES
from model.untrusted_text import without_markup

INATURALIST = SERVICES["inaturalist"]
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
    text: str, number: int, *, commercial: bool, progress: Progress, check: Check
) -> PhotoSearch:
    """Photos of taxa, whose names are separated by commas, in equal shares. Raises SourceFailed, and what `check` raises."""
    names = list(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if not names or len(names) > MOST_NAMES:
        raise SourceFailed(
            f"iNaturalist needs between one and {MOST_NAMES} names of plants, animals or fungi, separated by commas."
        )
    taxa = {name: _taxon(name, check) for name in names}
    known = list(dict.fromkeys(taxon for taxon in taxa.values() if taxon))
    unknown = ", ".join(f"“{name}”" for name, taxon in taxa.items() if taxon is None)
    if not known:
        raise SourceFailed(
            f"iNaturalist knows nothing that is called {unknown}. Try a scientific name such as Cactaceae."
        )
    entries = _in_turns([_entries(taxon, commercial, check) for taxon in known])
    found, passed_over = collect(entries, lambda entry: _read(entry, commercial), number, progress)
    understood = f"iNaturalist looked for {', '.join(taxon.description for taxon in known)}."
    return PhotoSearch(
        found,
        passed_over,
        understood + (f" It knows nothing that is called {unknown}." if unknown else ""),
    )


def _taxon(name: str, check: Check) -> Taxon | None:
    """The taxon with exactly this scientific or common name, or else the first that iNaturalist thinks of."""
    answer = ask(
        INATURALIST, "/taxa", {"q": name, "per_page": NAMES_ASKED, "is_active": "true"}, check
    )
    taxa = [
        taxon
        for entry in records(INATURALIST, answer.get("results"))
        if (taxon := _read_taxon(record(entry)))
    ]
    exact = (
        taxon
        for taxon in taxa
        if name.casefold() in (taxon.name.casefold(), taxon.common_name.casefold())
    )
    return next(exact, taxa[0] if taxa else None)


def _read_taxon(entry: Record) -> Taxon | None:
    number, name = entry.get("id"), without_markup(entry.get("name"), NAME_CHARACTERS)
    if not isinstance(number, int) or not name:
        return None
    common_name = without_markup(entry.get("preferred_common_name"), NAME_CHARACTERS)
    return Taxon(number, name, without_markup(entry.get("rank"), NAME_CHARACTERS), common_name)


def _entries(taxon: Taxon, commercial: bool, check: Check) -> Iterator[object]:
    codes = licence_codes(commercial=commercial)
    licences = [
        code if code == "cc0" else f"cc-{code}" for code in codes if code != "pdm"
    ]  # It has no name for the last.
    asked: Parameters = {
        "taxon_id": taxon.id,
        "photos": "true",
        "photo_license": ",".join(licences),
        "quality_grade": "research",  # At least two people agree on what it is.
        "order_by": "votes",
        "per_page": INATURALIST.page_size,
    }
    for page in range(1, INATURALIST.most_pages + 1):
        answer = ask(INATURALIST, "/observations", {**asked, "page": page}, check)
        results = records(INATURALIST, answer.get("results"))
        yield from results
        total = answer.get("total_results")
        if not results or not isinstance(total, int) or page * INATURALIST.page_size >= total:
            return


def _in_turns(sequences: list[Iterator[object]]) -> Iterator[object]:
    """One of each in turn; when one is at its end, the others go on."""
    while sequences:
        for sequence in sequences.copy():
            try:
                yield next(sequence)
            except StopIteration:
                sequences.remove(sequence)


def _read(entry: object, commercial: bool) -> WebPhoto:
    """The first photo of an observation that may be reused: one is enough, the others show the same plant."""
    observation = record(entry)
    photos = observation.get("photos")
    if not isinstance(photos, list) or not photos:
        raise PassedOver(NO_SENSE)
    failure = PassedOver(NO_SENSE)
    for photo in map(record, photos):
        try:
            licence = reusable(
                licence_of_inaturalist(photo.get("license_code")), commercial=commercial
            )
            return _read_photo(photo, observation, licence)
        except PassedOver as reason:
            failure = reason
    raise failure


def _read_photo(photo: Record, observation: Record, licence: Licence) -> WebPhoto:
    url, number = photo.get("url"), photo.get("id")
    if not isinstance(url, str) or not isinstance(number, int):
        raise PassedOver(NO_SENSE)
    user, taxon = record(observation.get("user")), record(observation.get("taxon"))
    width, height = _medium_size(record(photo.get("original_dimensions")))
    return found_photo(
        source=INATURALIST.title,
        photo_url=re.sub(r"/square\.", "/medium.", url),
        thumbnail_url=re.sub(r"/square\.", "/small.", url),
        page=f"https://www.inaturalist.org/photos/{number}",  # The photo's own page: it shows the photo's licence.
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
