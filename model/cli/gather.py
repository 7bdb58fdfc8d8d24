"""The commands that bring photos in, `gather` and `import`; that list the datasets; and that clear away what nobody uses."""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from model.catalogue.dataset import find_dataset
from model.catalogue.store import Store
from model.cli.output import DONE, SOME_FAILED, between, progress, say, tell
from model.datasets.archives import folder_bundle, zip_bundle
from model.datasets.class_names import merge_class_names
from model.datasets.cleanup import clear_workspaces, unused_workspaces
from model.datasets.folders import Bundle
from model.datasets.import_plan import plan
from model.datasets.intake import ImportResult, IncomingPhoto, add_photos
from model.datasets.manage import create_dataset, datasets_of, extend_classes
from model.errors import NotFound, SourceFailed
from model.gather.background import arrivals, find_source
from model.gather.sources.results import MOST_PHOTOS
from model.gather.sources.services import SERVICES


def add_gather_commands(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> tuple[argparse.ArgumentParser, ...]:
    """Teach the command line to bring photos in; those commands that can answer in JSON."""
    gathered = commands.add_parser(
        "gather", help="search the web for photos of a class that may be reused, and add them"
    )
    gathered.add_argument(
        "--class",
        dest="label",
        required=True,
        metavar="CLASS",
        help="the class that they are photos of",
    )
    gathered.add_argument(
        "--search", metavar="TEXT", help="what to search for (default: the class)"
    )
    gathered.add_argument(
        "--source", choices=list(SERVICES), default="inaturalist", help="default: %(default)s"
    )
    gathered.add_argument(
        "--number", type=between(int, 1, MOST_PHOTOS), default=50, help="default: %(default)s"
    )
    gathered.add_argument(
        "--commercial", action="store_true", help="only photos that may be used commercially"
    )
    gathered.add_argument("--dry-run", action="store_true", help="only say what was found")
    gathered.set_defaults(command=gather)

    imported = commands.add_parser(
        "import", help="add the photos of a folder or ZIP of class folders"
    )
    imported.add_argument("file", type=Path, metavar="FOLDER|ZIP")
    imported.add_argument(
        "--class",
        dest="label",
        metavar="CLASS",
        help="the class of photos that lie in no class folder",
    )
    imported.set_defaults(command=import_photos)

    for command in (gathered, imported):
        command.add_argument(
            "--dataset",
            required=True,
            metavar="NAME",
            help="made new where there is none of this name",
        )
        command.add_argument(
            "--title", help="what the pages call a new dataset (default: its name)"
        )
        command.add_argument(
            "--workspace",
            metavar="ID",
            help="the dataset belongs to this workspace; else everybody may use it",
        )

    listed = commands.add_parser("datasets", help="list the datasets there are")
    listed.set_defaults(command=list_datasets)

    cleared = commands.add_parser(
        "clear", help="destroy workspaces that nobody has used for long, with their photos and runs"
    )
    cleared.add_argument(
        "--unused-days", type=between(float, 0.0, 36500.0), required=True, metavar="N"
    )
    cleared.add_argument("--dry-run", action="store_true", help="only say how many there are")
    cleared.set_defaults(command=clear)
    return gathered, imported, listed, cleared


def gather(store: Store, options: argparse.Namespace) -> int:
    """Search a source, and add what it finds."""
    source, report = find_source(options.source), ImportResult()
    mapping, _ = merge_class_names([options.label], _classes_of(store, options))
    label = mapping[options.label]
    if not label:
        raise NotFound(f"{options.label} cannot be the name of a class.")
    with progress("Searching") as bar:
        found = source.search(
            options.search or options.label, options.number, options.commercial, bar, _never
        )
    say(f"{found.understood} {len(found.found)} found.")
    for reason, number in found.passed_over.items():
        say(f"{number} passed over: {reason}")
    if options.dry_run:
        for one in found.found:
            tell(
                options,
                {"photo": one.photo_url, "page": one.origin.page, "licence": one.origin.licence},
                one.photo_url,
            )
        return DONE
    name = _dataset_for(store, options, [label])
    try:
        with progress("Downloading") as bar:
            coming = arrivals({label: found.found}, _never)
            add_photos(
                store,
                name,
                coming,
                report,
                total=len(found.found),
                owner=options.workspace,
                progress=bar,
            )
    except (
        SourceFailed
    ) as error:  # What came until then is in; those that were tried in vain are among the refused.
        say(str(error))
    return _say_result(options, name, report)


def import_photos(store: Store, options: argparse.Namespace) -> int:
    """Add the photos of a folder or a ZIP."""
    report = ImportResult()
    with _opened(options.file) as bundle:
        there = _classes_of(store, options)
        planned = plan(bundle, there, loose=options.label, source="import")
        for notice in planned.notices:
            say(notice)
        name = _dataset_for(store, options, planned.classes)
        report.refused += planned.refused
        with progress("Importing") as bar:
            arriving: Sequence[IncomingPhoto] = planned.arrivals
            add_photos(
                store,
                name,
                arriving,
                report,
                total=len(arriving),
                owner=options.workspace,
                progress=bar,
            )
    return _say_result(options, name, report)


def list_datasets(store: Store, options: argparse.Namespace) -> int:
    """A line a dataset."""
    for one in datasets_of(store, None):
        line = {
            "dataset": one.name,
            "title": one.title,
            "classes": one.classes,
            "photos": one.photos,
            "bytes": one.bytes,
        }
        tell(
            options,
            line,
            f"{one.name}: {one.title}, {one.photos} photos of {', '.join(one.classes)}",
        )
    return DONE


def clear(store: Store, options: argparse.Namespace) -> int:
    """Destroy workspaces that nobody has used for so many days."""
    unused = unused_workspaces(store, options.unused_days)
    if not options.dry_run:
        clear_workspaces(store, unused)
    done = "are unused" if options.dry_run else "cleared"
    tell(
        options,
        {"workspaces": len(unused), "cleared": not options.dry_run},
        f"{len(unused)} workspaces {done}",
    )
    return DONE


def _classes_of(store: Store, options: argparse.Namespace) -> tuple[str, ...]:
    """The classes of the dataset that was named, none where it is yet to be made."""
    try:
        return find_dataset(store, options.dataset).classes
    except NotFound:
        return ()


def _dataset_for(store: Store, options: argparse.Namespace, classes: Sequence[str]) -> str:
    """The dataset that was named, with room for these classes; made new where there is none."""
    if _classes_of(store, options):
        extend_classes(store, options.workspace, options.dataset, *classes)
        return str(options.dataset)
    return create_dataset(
        store,
        options.title or options.dataset,
        classes,
        owner=options.workspace,
        name=options.dataset,
    )


@contextmanager
def _opened(file: Path) -> Iterator[Bundle]:
    """What lies in a folder or a ZIP. Raises ArchiveRefused, NotFound."""
    if file.is_dir():
        yield folder_bundle(file)
    elif file.is_file():
        with zip_bundle(file) as bundle:
            yield bundle
    else:
        raise NotFound(f"There is no folder or ZIP {file}.")


def _say_result(options: argparse.Namespace, name: str, report: ImportResult) -> int:
    for one in report.refused:
        say(f"{one.path}: {one.reason}")
    figures = {
        "dataset": name,
        "added": report.added,
        "known": report.doubles,
        "refused": len(report.refused),
        "left_out": report.left_out,
    }
    tell(
        options,
        figures,
        ", ".join(
            f"{number} {what.replace('_', ' ')}" for what, number in list(figures.items())[1:]
        ),
    )
    return SOME_FAILED if report.refused or report.left_out else DONE


def _never() -> None:
    """A shell is cancelled by its own keys."""
