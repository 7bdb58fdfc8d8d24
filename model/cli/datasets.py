"""The commands on datasets: `import`, `datasets`, `export`, `features` and `clear`."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from model.catalogue.browsers import forget_openings
from model.catalogue.dataset import find_dataset
from model.catalogue.starter import STARTER
from model.cli.output import (
    BACKBONE_HELP,
    DONE,
    FAILED,
    DatasetOption,
    JsonOption,
    OutOption,
    WorkspaceOption,
    open_catalogue,
    progress,
    say,
    tell,
    written,
)
from model.datasets.cleanup import clear_workspaces, unused_workspaces
from model.datasets.manage import create_dataset, datasets_of, extend_classes
from model.errors import InvalidRequest, NotFound
from model.networks.backbones import BACKBONES, DEFAULT_BACKBONE, find_backbone

if TYPE_CHECKING:
    from model.catalogue.store import Store
    from model.datasets.folders import Bundle
    from model.datasets.intake import ImportResult

TargetOption = Annotated[
    str, typer.Option(metavar="NAME", help="Made new where there is none of this name.")
]
TitleOption = Annotated[
    str | None, typer.Option(help="The title of a new dataset (default: its name).")
]
BackbonesOption = Annotated[
    list[str],
    typer.Option(
        "--backbone",
        metavar="|".join(BACKBONES),
        help=f"May be given several times. {BACKBONE_HELP}",
        default_factory=lambda: [DEFAULT_BACKBONE],
    ),
]
OwnerOption = Annotated[
    str | None, typer.Option(metavar="ID", help="The workspace that owns it; else all may use it.")
]


def import_photos(
    file: Annotated[Path, typer.Argument(metavar="FOLDER|ZIP")],
    *,
    dataset: TargetOption,
    label: Annotated[
        str | None,
        typer.Option("--class", metavar="CLASS", help="Of photos that lie in no class folder."),
    ] = None,
    title: TitleOption = None,
    workspace: OwnerOption = None,
    as_json: JsonOption = False,
) -> int:
    """Add the photos of a folder or ZIP of class folders."""
    from model.datasets.import_plan import plan
    from model.datasets.intake import ImportResult, add_photos

    store, result = open_catalogue(), ImportResult()
    with _opened(file) as bundle:
        planned = plan(bundle, classes_of(store, dataset), loose=label, source="import")
        for notice in planned.notices:
            say(notice)
        dataset = dataset_for(store, dataset, planned.classes, title, workspace)
        result.refused += planned.refused
        total = len(planned.arrivals)
        with progress("Importing") as bar:
            add_photos(
                store, dataset, planned.arrivals, result, total=total, owner=workspace, progress=bar
            )
    return report_import(as_json, dataset, result)


def list_datasets(as_json: JsonOption = False) -> int:
    """List the datasets there are."""
    for listing in datasets_of(open_catalogue(), None):
        names = {"dataset": listing.name, "title": listing.title, "classes": listing.classes}
        line = {**names, "photos": listing.photos, "bytes": listing.bytes}
        photos = f"{listing.photos} photos of {', '.join(listing.classes)}"
        tell(as_json, line, f"{listing.name}: {listing.title}, {photos}")
    return DONE


def export_dataset(
    out: OutOption,
    dataset: DatasetOption = STARTER,
    workspace: WorkspaceOption = None,
    file_format: Annotated[str, typer.Option("--format", help="A kind of file.")] = "zip",
) -> int:
    """Write a dataset as a file; a ZIP of class folders unless `--format` says otherwise."""
    from model.datasets.export import FORMATS

    if file_format not in FORMATS:
        raise InvalidRequest(f"There is no format {file_format}. There are {', '.join(FORMATS)}.")
    store = open_catalogue()
    imported = find_dataset(store, dataset)
    edited = find_dataset(store, dataset, workspace=workspace)
    with written(out) as file:
        FORMATS[file_format].write(store, edited, imported, file)
    say(f"{len(edited.photos)} photos -> {out}")
    return DONE


def export_features(
    backbones: BackbonesOption, out: OutOption, dataset: DatasetOption = STARTER
) -> int:
    """Write a dataset's features and measures as safetensors, of each backbone that is named.

    The starter set's own file must be deleted to be made anew.
    """
    from safetensors.numpy import save

    from model.catalogue.measures import (
        MEASURES,
        load_fingerprints,
        load_qualities,
        pack_fingerprints,
        pack_measures,
    )
    from model.networks.features import STORED, extract_features

    store, rows = open_catalogue(), [find_backbone(name) for name in backbones]
    photos = [labelled.photo for labelled in find_dataset(store, dataset).photos]
    with progress("Extracting features") as bar:
        features = {
            row.name: extract_features(store, photos, row, bar).astype(STORED) for row in rows
        }
        measures = pack_measures(load_qualities(store, photos, bar)[photo] for photo in photos)
    fingerprints = load_fingerprints(store, photos)
    arrays = pack_fingerprints(fingerprints[photo] for photo in photos)
    packed = save({**arrays, **features, MEASURES: measures})
    with written(out) as file:
        file.write(packed)
    numbers = sum(part.shape[1] for part in features.values())
    say(f"{len(photos)} photos, {numbers} features each -> {out}")
    return DONE


def clear(
    unused_days: Annotated[float, typer.Option(min=0, max=36500, metavar="N")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say how many there are.")
    ] = False,
    as_json: JsonOption = False,
) -> int:
    """Destroy workspaces that have long been unused, with their photos and runs."""
    store = open_catalogue()
    unused = unused_workspaces(store, unused_days)
    if not dry_run:
        clear_workspaces(store, unused)
        forget_openings(store, unused_days)
    line = {"workspaces": len(unused), "cleared": not dry_run}
    tell(as_json, line, f"{len(unused)} workspaces {'are unused' if dry_run else 'cleared'}")
    return DONE


def classes_of(store: "Store", dataset: str) -> tuple[str, ...]:
    """Return the classes of a dataset; none where it does not exist yet."""
    try:
        return find_dataset(store, dataset).classes
    except NotFound:
        return ()


def dataset_for(
    store: "Store", name: str, classes: Sequence[str], title: str | None, owner: str | None
) -> str:
    """Find or create the dataset `name` with room for these classes; returns its name."""
    if classes_of(store, name):
        extend_classes(store, owner, name, *classes)
        return name
    return create_dataset(store, title or name, classes, owner=owner, name=name)


def report_import(as_json: bool, dataset: str, result: "ImportResult") -> int:
    """Print what came in and what was refused; returns the exit code."""
    for refused in result.refused:
        say(f"{refused.path}: {refused.reason}")
    counts = {"added": result.added, "known": result.doubles, "refused": len(result.refused)}
    counts["left_out"] = result.left_out
    sentence = ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in counts.items())
    tell(as_json, {"dataset": dataset, **counts}, sentence)
    return FAILED if result.refused or result.left_out else DONE


@contextmanager
def _opened(file: Path) -> Iterator["Bundle"]:
    """Open a folder or a ZIP. Raises ArchiveRefused, InvalidRequest."""
    from model.datasets.archives import folder_bundle, zip_bundle

    if file.is_dir():
        yield folder_bundle(file)
    elif file.is_file():
        with zip_bundle(file) as bundle:
            yield bundle
    else:
        raise InvalidRequest(f"There is no folder or ZIP {file}.")
