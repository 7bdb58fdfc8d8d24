"""A contact sheet: many photos on one page, to be judged at a glance."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw

SIDE = 200  # Pixels a photo
LINE = 14


def contact_sheet(photos: Sequence[tuple[Path, str]], out: Path, columns: int = 8) -> None:
    """Photos with a caption each, in rows."""
    rows = -(-len(photos) // columns)
    sheet = Image.new("RGB", (columns * SIDE, max(1, rows) * (SIDE + LINE)), "white")
    pen = ImageDraw.Draw(sheet)
    for place, (path, caption) in enumerate(photos):
        x, y = place % columns * SIDE, place // columns * (SIDE + LINE)
        with Image.open(path) as photo:
            photo.thumbnail((SIDE, SIDE))
            sheet.paste(photo, (x, y + LINE))
        pen.text((x + 2, y + 1), caption, fill="black")
    sheet.save(out)
