"""What strangers wrote, made fit for a line of text: no HTML, no line breaks, nothing that turns the writing direction."""

import unicodedata

from markupsafe import Markup

READ = 5000  # Characters looked at: some descriptions on Commons are essays.
KEPT_FORMATS = "\u200c\u200d"  # Joiners, which Persian and Indian scripts need; the other format characters hide or turn text.


def without_markup(text: object, most: int) -> str:
    """Text in one line of at most so many characters; empty where there is none."""
    if not isinstance(text, str):
        return ""
    stripped = text[:READ]
    while (once := str(Markup(stripped).striptags())) != stripped:
        stripped = once
    visible = "".join(
        letter if _is_visible(letter) else " " if letter.isspace() else "" for letter in stripped
    )
    line = " ".join(visible.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def _is_visible(letter: str) -> bool:
    return (
        unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Cn") or letter in KEPT_FORMATS
    )
