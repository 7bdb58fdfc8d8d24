"""The report as one HTML file, to be printed: pictures within it, no scripts, no network."""

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
from model.catalogue.dataset import Split
from model.catalogue.origins import Origin
from model.catalogue.store import Store, open_stored
from model.colours import class_colour
from model.errors import NotFound
from model.evaluation.table import per_class
from model.photos.photo_id import PhotoId
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
    """Write the whole document; a photo that was destroyed meanwhile leaves a note in its place."""
    template, training = _environment().get_template("report.html.jinja"), contents.training
    numbered = enumerate(SECTIONS.items(), start=1)
    lettered = zip("AB", APPENDICES.items(), strict=True)
    return template.render(
        report=contents,
        style=(Path(__file__).parent / "report.css").read_text(),
        sections={name: (number, title) for number, (name, title) in numbered},
        appendices={name: (letter, title) for letter, (name, title) in lettered},
        sentences=sentences,
        wording=wording,
        drawn=_drawn(contents),
        splits=[*Split],
        many=drawings.MANY_CLASSES,
        picture=lru_cache(partial(_picture, store)),
        colour=partial(class_colour, contents.data.classes),
        per_class=per_class,
        credits=_credits(contents),
        most_creditors=MOST_CREDITORS,
        command=_command(training.card.command) if training else [],
        number=_numbers(),
    )


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
    """Draw what there is."""
    data, results, training = contents.data, contents.results, contents.training
    card = training.card if training and training.card.history else None
    return SimpleNamespace(
        counts=drawings.class_counts(data) if data.photos else None,
        losses=drawings.loss_curves(card.history, card.best_epoch) if card else None,
        errors=drawings.error_curve(card.history, card.best_epoch) if card else None,
        confusions={
            split: drawings.confusion_matrix(table, split) for split, table in results.items()
        },
        recalls=[  # Of the fairest split
            drawings.recalls(table, split, data.classes) for split, table in [*results.items()][-1:]
        ],
    )


def _picture(store: Store, photo: PhotoId, small: bool = False) -> str | None:
    """Encode a photo as a data: address, or its middle as a small square; None where it is gone."""
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


def _shown(contents: Contents) -> Iterator[PhotoId]:
    """Yield the photos that the document shows, in its order."""
    for photos in contents.data.examples.values():
        yield from photos
    for losses in filter(None, (contents.losses, contents.remaining)):
        for case in losses.cases:
            yield case.photo
            yield from (photo for photo, _ in case.neighbours)


def _credits(contents: Contents) -> dict[PhotoId, Origin]:
    """Collect the origins of photos that are shown and whose authors are to be named."""
    origins = contents.data.origins
    return {
        photo: origins[photo]
        for photo in _shown(contents)
        if photo in origins and wants_credit(origins[photo])
    }


def _command(command: str) -> list[str]:
    """Split a command where a line may break, without the workspace's id: that is a right."""
    return re.split(" (?=--)", WORKSPACE.sub("--workspace=WORKSPACE", command))


def _numbers() -> Callable[[str], int]:
    """Number tables and figures, each for themselves."""
    counters = {"Table": count(1), "Figure": count(1)}
    return lambda kind: next(counters[kind])
