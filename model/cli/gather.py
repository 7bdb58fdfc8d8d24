"""The command `gather`: photos from the web that may be reused."""

from typing import Annotated

import typer

from model.cli.datasets import (
    OwnerOption,
    TargetOption,
    TitleOption,
    classes_of,
    dataset_for,
    report_import,
)
from model.cli.output import DONE, JsonOption, one_of, open_catalogue, progress, say, tell
from model.errors import InvalidRequest, SourceFailed
from model.gather.sources.registry import SOURCES
from model.gather.sources.results import MOST_PHOTOS


def gather(
    *,
    dataset: TargetOption,
    label: Annotated[str, typer.Option("--class", metavar="CLASS", help="Their class.")],
    search: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Words to search for (default: the class).")
    ] = None,
    source: Annotated[str, one_of(SOURCES)] = "inaturalist",
    number: Annotated[int, typer.Option(min=1, max=MOST_PHOTOS)] = 50,
    commercial: Annotated[
        bool, typer.Option("--commercial", help="Only photos that may be used commercially.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what was found.")] = False,
    title: TitleOption = None,
    workspace: OwnerOption = None,
    as_json: JsonOption = False,
) -> int:
    """Search the web for photos of a class that may be reused, and add them."""
    from model.datasets.class_names import merge_class_names
    from model.datasets.intake import ImportResult, add_photos
    from model.gather.background import arrivals
    from model.gather.gatherer import Gatherer
    from model.gather.sources.registry import find_source

    store, result, gatherer = open_catalogue(), ImportResult(), Gatherer()
    find_source(source)  # It may be switched off.
    clean_label = merge_class_names([label], classes_of(store, dataset))[0][label]
    if not clean_label:
        raise InvalidRequest(f"{label} cannot be the name of a class.")
    with progress("Searching") as bar:
        found = gatherer.search(
            source, search or label, number, commercial=commercial, progress=bar, check=_never
        )
    say(f"{found.understood} {len(found.photos)} found.")
    for reason, count in found.passed_over.items():
        say(f"{count} passed over: {reason}")
    if dry_run:
        for photo in found.photos:
            origin = {"page": photo.origin.page, "licence": photo.origin.licence}
            tell(as_json, {"photo": photo.photo_url, **origin}, photo.photo_url)
        return DONE
    dataset = dataset_for(store, dataset, [clean_label], title, workspace)
    photos, total = arrivals(gatherer, {clean_label: found.photos}, _never), len(found.photos)
    try:
        with progress("Downloading") as bar:
            add_photos(store, dataset, photos, result, total=total, owner=workspace, progress=bar)
    except SourceFailed as error:  # Photos that came before it are in; the others count as refused.
        say(str(error))
    return report_import(as_json, dataset, result)


def _never() -> None:
    """Go on: a shell is cancelled by its own keys."""
