"""Strangers' text, made fit for a line: no HTML, no line breaks, no turned writing direction."""

import unicodedata

from markupsafe import Markup

READ = 5000  # Characters looked at: some descriptions on Commons are essays.
# Joiners, which Persian and Indian scripts need; the other format characters hide or turn text.
KEPT_FORMATS = "\u200c\u200d"


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
    return (
        unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Cn") or letter in KEPT_FORMATS
    )
