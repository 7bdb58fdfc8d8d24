"""The command that writes a report."""

import argparse
from dataclasses import replace
from pathlib import Path

from model.catalogue.dataset import find_dataset
from model.catalogue.starter import STARTER
from model.catalogue.store import Store
from model.catalogue.workspaces import dataset_name
from model.cli.output import DONE, say
from model.errors import StoreUnavailable
from model.report.texts import cleaned
from model.runs.listing import active_run
from model.runs.run import SHIPPED, load_card, run_folder


def add_report_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Teach the command line to write reports."""
    reported = commands.add_parser(
        "report", help="write all that is known about a run into one HTML file"
    )
    reported.add_argument(
        "--run", help="default: the one in use in the workspace, else the one that ships"
    )
    reported.add_argument("--out", type=Path, required=True, metavar="FILE")
    reported.add_argument(
        "--workspace", metavar="ID", help="with this workspace's decisions, reasons and texts"
    )
    reported.add_argument(
        "--author", metavar="NAME", help="who hands it in (default: as kept in the workspace)"
    )
    reported.add_argument("--title", help="what it is called (default: as kept in the workspace)")
    reported.set_defaults(command=report)


def report(store: Store, options: argparse.Namespace) -> int:
    """Write the report of a run."""
    from model.report.contents import (
        report_contents,
    )  # jinja2 and the drawings, which no other command needs.
    from model.report.experiments import experiment_findings
    from model.report.html import report_html

    run = options.run or (active_run(store, options.workspace) if options.workspace else SHIPPED)
    card = load_card(run_folder(store, run)) if run else None
    name = (
        dataset_name(store, options.workspace)
        if options.workspace
        else card.dataset
        if card
        else STARTER
    )
    dataset = find_dataset(store, name, workspace=options.workspace)
    answers = experiment_findings(store, dataset, card, options.workspace)
    contents = report_contents(store, options.workspace, run, answers)
    given = {
        field: cleaned(field, text)
        for field in ("author", "title")
        if (text := getattr(options, field)) is not None
    }
    document = report_html(
        store, replace(contents, texts=replace(contents.texts, **given))
    ).encode()
    try:
        options.out.write_bytes(document)
    except OSError as error:
        raise StoreUnavailable(
            f"{options.out} cannot be written: {error}. Name another file."
        ) from error
    say(f"{len(document) / 1e6:.1f} MB -> {options.out}")
    return DONE
