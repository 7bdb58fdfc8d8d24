"""The command `report`."""

from dataclasses import replace
from typing import Annotated

import typer

from model.catalogue.dataset import find_dataset
from model.catalogue.starter import STARTER
from model.catalogue.workspaces import dataset_name
from model.cli.output import DONE, OutOption, open_catalogue, say, written
from model.runs.listing import active_run
from model.runs.run import SHIPPED, load_card, run_folder


def report(
    out: OutOption,
    run: Annotated[
        str | None, typer.Option(help="Default: the workspace's run in use, else the shipped one.")
    ] = None,
    workspace: Annotated[
        str | None,
        typer.Option(metavar="ID", help="With this workspace's decisions, reasons and texts."),
    ] = None,
    author: Annotated[
        str | None, typer.Option(metavar="NAME", help="Default: as kept in the workspace.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="Default: as kept in the workspace.")] = None,
) -> int:
    """Write all that is known about a run into one HTML file."""
    from model.report.contents import report_contents  # jinja2 and drawings: this command's only.
    from model.report.experiments import experiment_findings
    from model.report.html import report_html
    from model.report.texts import cleaned

    store = open_catalogue()
    run = run or (active_run(store, workspace) if workspace else SHIPPED)
    card = load_card(run_folder(store, run)) if run else None
    name = card.dataset if card else STARTER
    dataset = find_dataset(
        store, dataset_name(store, workspace) if workspace else name, workspace=workspace
    )
    findings = experiment_findings(store, dataset, card, workspace)
    contents = report_contents(store, workspace, run, findings)
    given = {"author": author, "title": title}
    texts = {field: cleaned(field, text) for field, text in given.items() if text is not None}
    contents = replace(contents, texts=replace(contents.texts, **texts))
    document = report_html(store, contents).encode()
    with written(out) as file:
        file.write(document)
    say(f"{len(document) / 1e6:.1f} MB -> {out}")
    return DONE
