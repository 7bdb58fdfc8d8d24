"""Helpers of the pages: words and tables."""

import pytest

from model.csv_files import as_csv
from model.wording import a, count, in_words, listed
from pages.shared.text import plain


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_cell_is_a_formula(formula: str) -> None:
    lines = as_csv([{"file": formula, formula: 0.5}]).decode("utf-8-sig").split("\r\n")
    assert "'" + formula.strip() in lines[0].replace("\t", "").replace("\r", "")
    assert lines[1].lstrip('"').startswith("'")


def test_a_table_of_nothing_is_empty() -> None:
    assert as_csv([]).decode("utf-8-sig").strip() == ""


def test_excel_is_told_the_encoding() -> None:
    assert as_csv([{"file": "kaktüs.jpg"}]) == b"\xef\xbb\xbffile\r\nkakt\xc3\xbcs.jpg\r\n"


def test_words() -> None:
    assert listed(("cactus", "succulent", "tree"), "or") == "cactus, succulent or tree"
    assert listed(["cactus"]) == "cactus"
    assert (count(1, "photo"), count(2, "photo")) == ("1 photo", "2 photos")
    assert (in_words(3), in_words(23)) == ("three", "23")
    assert (a("cactus"), a("oak")) == ("a cactus", "an oak")


def test_visitors_text_is_shown_as_it_is() -> None:
    assert plain("![x](http://evil/t.png) **b** <b> :red[x] $y$") == (
        "\\!\\[x\\]\\(http\\:\u2060//evil/t\\.png\\) "
        "\\*\\*b\\*\\* \\<b\\> \\:\u2060red\\[x\\] \\$y\\$"
    )
