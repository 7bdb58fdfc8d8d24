"""The report as one HTML file that needs nothing else: pictures within it, no scripts, no network; made to be printed."""

import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from io import BytesIO
from itertools import count
from pathlib import Path
from types import SimpleNamespace

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from PIL import ImageOps

from model import wording
from model.catalogue.dataset import SPLITS
from model.catalogue.origins import Origin
from model.catalogue.store import Store, open_stored
from model.colours import class_colour
from model.errors import NotFound
from model.evaluation.table import per_class
from model.report import drawings, sentences
from model.report.contents import Contents
from model.report.data import wants_credit

PICTURE_PX, THUMBNAIL_PX = 320, 112
JPEG_QUALITY = 82
MOST_CREDITORS = 200  # A line each; beyond, the dataset's export names them all.
WORKSPACE = re.compile(r"--workspace[= ]\S+")
SECTIONS = {
    "introduction": "Introduction",
    "data": "The data",
    "training": "The training",
    "results": "How good it is",
    "losses": "The ten highest losses",
    "cleaning": "What cleaning changed",
    "experiments": "Would something else help?",
    "discussion": "Why did the error not decrease?",
    "conclusion": "Conclusion",
}
APPENDICES = {"reproduction": "How to reproduce it", "credits": "Who made the photos"}


def report_html(store: Store, contents: Contents) -> str:
    """The whole document. A photo that was destroyed meanwhile leaves a note in its place."""
    return _environment().get_template("report.html.jinja").render(
        report=contents,
        style=(Path(__file__).parent / "report.css").read_text(),
        sections={name: (number, title) for number, (name, title) in enumerate(SECTIONS.items(), start=1)},
        appendices={name: (letter, title) for letter, (name, title) in zip("AB", APPENDICES.items(), strict=True)},
        sentences=sentences,
        wording=wording,
        drawn=_drawn(contents),
        splits=SPLITS,
        many=drawings.MANY_CLASSES,
        picture=lru_cache(partial(_picture, store)),
        colour=partial(class_colour, contents.data.classes),
        per_class=per_class,
        credits=_credits(contents),
        most_creditors=MOST_CREDITORS,
        command=_command(contents.training.card.command) if contents.training else [],
        number=_numbers(),
    )  # fmt: skip


@lru_cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["paragraphs"] = lambda text: [
        part.strip("\n") for part in re.split(r"\n\s*\n", text)
    ]
    environment.tests["safe_link"] = lambda url: url.startswith("https://")
    return environment


def _drawn(contents: Contents) -> SimpleNamespace:
    """The drawings of what there is."""
    training, classes = contents.training, contents.data.classes
    history = training.card.history if training else ()
    return SimpleNamespace(
        counts=drawings.class_counts(contents.data) if contents.data.photos else None,
        losses=drawings.loss_curves(history, training.card.best_epoch)
        if training and history
        else None,
        errors=drawings.error_curve(history, training.card.best_epoch)
        if training and history
        else None,
        confusions=[drawings.confusion_matrix(one.table, one.split) for one in contents.results],
        recalls=[
            drawings.recalls(one.table, one.split, classes) for one in contents.results[-1:]
        ],  # The fairest
    )


def _picture(store: Store, photo: str, small: bool = False) -> str | None:
    """A kept photo as a data: address, or its middle as a small square; None where it was destroyed."""
    try:
        image = open_stored(store, photo)
    except NotFound:
        return None
    if small:
        image = ImageOps.fit(image, (THUMBNAIL_PX, THUMBNAIL_PX))
    image.thumbnail((PICTURE_PX, PICTURE_PX))
    file = BytesIO()
    image.save(file, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return f"data:image/jpeg;base64,{b64encode(file.getvalue()).decode()}"


def _shown(contents: Contents) -> Iterator[str]:
    """The photos that the document shows, in its order."""
    for photos in contents.data.examples.values():
        yield from photos
    for losses in filter(None, (contents.losses, contents.remaining)):
        for one in losses.cases:
            yield one.case.photo
            yield from (photo for photo, _ in one.found.neighbours)


def _credits(contents: Contents) -> dict[str, Origin]:
    """Where the photos come from that are shown and whose authors are to be named."""
    origins = contents.data.origins
    return {
        photo: origins[photo]
        for photo in _shown(contents)
        if photo in origins and wants_credit(origins[photo])
    }


def _command(command: str) -> list[str]:
    """A command in parts that belong on one line; without the workspace's id, for whoever has it may change the workspace."""
    return re.split(" (?=--)", WORKSPACE.sub("--workspace=WORKSPACE", command))


def _numbers() -> Callable[[str], int]:
    """Counts tables and figures, each for themselves."""
    counters = {"Table": count(1), "Figure": count(1)}
    return lambda kind: next(counters[kind])
