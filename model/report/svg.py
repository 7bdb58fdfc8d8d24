"""A drawing as SVG within a page, by matplotlib's own objects: its pyplot is not for threads.

Text stays text: searchable, and in the reader's own fonts, which have every script.
"""

import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from threading import Lock
from typing import TYPE_CHECKING, Any

from markupsafe import escape

from model.colours import INK, LINE, PAPER_QUIET

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FONTS = "'Helvetica Neue', Arial, 'Liberation Sans', sans-serif"
UNWANTED = re.compile(
    r"<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->|<metadata>.*?</metadata>|<style.*?</style>", re.DOTALL
)
SETTINGS: dict[Any, object] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "areole",  # The same drawing has the same bytes.
    "text.parse_math": False,  # A class may be called $x$.
    "font.family": ["DejaVu Sans"],  # Measured with; wide, so that no other overlaps.
    "font.size": 9.5,
    "text.color": INK,
    "axes.edgecolor": LINE,
    "axes.labelcolor": INK,
    "xtick.color": PAPER_QUIET,
    "ytick.color": PAPER_QUIET,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
}
_drawing = Lock()  # matplotlib's settings are the whole process's: one drawing at a time has them.


@dataclass(frozen=True, slots=True)
class Drawing:
    """An SVG element for a page, and the text that stands for it."""

    svg: str
    alt: str


def draw(
    name: str, alt: str, size: tuple[float, float], plot: Callable[["Axes"], object]
) -> Drawing:
    """Draw by `plot` on axes of `size` inches; matplotlib's settings are afterwards as before.

    `name` is unlike any other's in the same document; `alt` states the finding.
    """
    import matplotlib as mpl  # Half a second and 40 MB that only a report needs.
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    # For good: what is missing is only measured a little wrong.
    warnings.filterwarnings("ignore", "Glyph .* missing from font")
    written = StringIO()
    with _drawing, mpl.rc_context(SETTINGS):
        figure = Figure(figsize=size, layout="constrained")
        FigureCanvasSVG(figure)
        axes = figure.add_subplot()
        axes.spines[["top", "right"]].set_visible(False)
        plot(axes)
        figure.savefig(written, format="svg", transparent=True)
    return Drawing(_inline(written.getvalue(), name, alt), alt)


def _inline(svg: str, name: str, alt: str) -> str:
    """Make an SVG file an element of a page: own ids, the page's fonts, a width that gives way."""
    svg = UNWANTED.sub("", svg).strip()
    svg = re.sub(r'\bid="|(?<=url\()#|(?<=href=")#', lambda match: f"{match[0]}{name}-", svg)
    svg = re.sub(r"(font(?:-family)?: [^;\"]*?)'DejaVu Sans'", rf"\1{FONTS}", svg)
    width = re.search(r'width="([\d.]+)pt"', svg)
    assert width  # matplotlib always says it.
    svg = re.sub(r' (?:width|height)="[\d.]+pt"', "", svg, count=2)
    style = f"width: 100%; max-width: {width[1]}pt"
    return svg.replace("<svg ", f'<svg role="img" aria-label="{escape(alt)}" style="{style}" ', 1)
