"""Strangers' text as one safe line: no HTML, no line breaks, no marks that turn the direction."""

import unicodedata

from markupsafe import Markup

READ = 5000  # Characters; some descriptions on Commons are essays.
KEPT_FORMATS = "\u200c\u200d"  # Joiners, for Persian and Indian scripts; others hide or turn text.


def without_markup(text: object, most: int) -> str:
    """Strip markup: one line of at most `most` characters; empty where there is no text."""
    if not isinstance(text, str):
        return ""
    stripped = text[:READ]
    while (again := str(Markup(stripped).striptags())) != stripped:
        stripped = again
    visible = "".join(
        letter if _is_visible(letter) else " " if letter.isspace() else "" for letter in stripped
    )
    line = " ".join(visible.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def _is_visible(letter: str) -> bool:
    category = unicodedata.category(letter)
    return category not in ("Cc", "Cf", "Cs", "Co", "Cn") or letter in KEPT_FORMATS


def duration(seconds: float) -> str:
    """Say a time to wait, rounded up: "2 minutes"."""
    for unit, size in (("hour", 3600), ("minute", 60)):
        if seconds > size:
            count = int(-(-seconds // size))
            return f"{count} {unit}{'s' if count > 1 else ''}"
    count = max(1, round(seconds))
    return f"{count} second{'s' if count > 1 else ''}"
