"""Tables to take away."""

from csv import DictWriter
from io import StringIO


def as_csv(rows: list[dict[str, object]]) -> bytes:
    """Rows with the same columns as CSV, with the mark by which Excel knows UTF-8."""
    text = StringIO()
    safe = [{_cell(name): _cell(value) for name, value in row.items()} for row in rows]
    writer = DictWriter(text, list(safe[0]) if safe else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(safe)
    return text.getvalue().encode("utf-8-sig")


def _cell(value: object) -> object:
    """A value that no spreadsheet runs as a formula (https://owasp.org/www-community/attacks/CSV_Injection)."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
