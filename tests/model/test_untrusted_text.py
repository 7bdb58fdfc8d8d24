import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.untrusted_text import without_markup


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('<a href="x">Ana &amp; Ben</a>', "Ana & Ben"),
        ("&lt;b&gt;Ana&lt;/b&gt;", "Ana"),
        ("a\r\nb\tc\u2028d", "a b c d"),
        ("a\x00\x1b[31m\u202eb\u2066\ufeff\u200b", "a[31mb"),
        ("I <3 cacti", "I <3 cacti"),
        (
            "\u062e\u0627\u0646\u0647\u200c\u0647\u0627",
            "\u062e\u0627\u0646\u0647\u200c\u0647\u0627",
        ),  # Persian for "houses"
        (None, ""),
        (4, ""),
    ],
)
def test_what_strangers_wrote_becomes_a_plain_line(text: object, expected: str) -> None:
    assert without_markup(text, 120) == expected


@given(st.text(), st.integers(2, 200))
def test_a_plain_line_is_short_and_has_nothing_hidden(text: str, most: int) -> None:
    line = without_markup(text, most)
    assert len(line) <= most
    assert not [
        letter for letter in line if unicodedata.category(letter) in ("Cc", "Zl", "Zp", "Cs")
    ]
    assert not set(line) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")


def test_an_endless_text_costs_little() -> None:
    assert without_markup("<" * 1_000_000 + ">" * 1_000_000, 120)
