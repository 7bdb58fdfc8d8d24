"""CSV files for spreadsheets: written so that no cell runs as a formula, and read back."""

from collections.abc import Sequence
from csv import DictReader, DictWriter, Error
from io import StringIO
from itertools import islice

FORMULAS = tuple("=+-@\t\r'")  # Begin what a spreadsheet would run; and our mark.
MAX_ROWS = 50_000


def as_csv(rows: list[dict[str, object]], columns: Sequence[str] = ()) -> bytes:
    """Write rows as CSV, marked as UTF-8 for Excel; `columns` are those of a table without rows."""
    text = StringIO()
    safe = [{_cell(name): _cell(value) for name, value in row.items()} for row in rows]
    writer = DictWriter(text, list(safe[0]) if safe else columns)
    writer.writeheader()
    writer.writerows(safe)
    return text.getvalue().encode("utf-8-sig")


def _cell(value: object) -> object:
    """Mark what would run as a formula: https://owasp.org/www-community/attacks/CSV_Injection."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULAS) else value


def from_csv(data: bytes) -> list[dict[str, str]]:
    """Read rows of `as_csv`, resaved or not, as text. Raises UnicodeError, csv.Error."""
    text = data.decode("utf-8-sig")
    header = text.partition("\n")[0]
    separator = max(",;\t", key=header.count)  # Spreadsheets choose by country.
    reader = DictReader(StringIO(text, newline=""), delimiter=separator, restval="")
    rows = list(islice(reader, MAX_ROWS + 1))
    if len(rows) > MAX_ROWS:
        raise Error(f"more than {MAX_ROWS} rows")
    return [
        {
            _text(name): _text(value)
            for name, value in row.items()
            if isinstance(name, str) and isinstance(value, str)
        }
        for row in rows
    ]


def _text(value: str) -> str:
    return value[1:] if value.startswith("'") and value[1:].startswith(FORMULAS) else value
