"""Names of classes: what is left of hostile ones, which are one class, and the notices of it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.datasets.class_names import (
    FORBIDDEN,
    MAX_CLASS_NAME,
    clean_class_name,
    merge_class_names,
)

SAME = "are taken for the same class."


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("cactus", "cactus"),
        ("  golden \t barrel\ncactus ", "golden barrel cactus"),
        ("cafe\u0301", "café"),
        ("e\u200b\u0301", "é"),  # Only the second normalising sees them side by side.
        ("cac\u202etus\u200b\u2066\x07", "cactus"),
        ("\ufeffcactus", "cactus"),
        ("../../etc/passwd", "etc passwd"),
        ("C:\\cacti", "C cacti"),
        ('what? "this" <that> | *', "what this that"),
        (". .cactus. . ", "cactus"),
        ("...", ""),
        ("", ""),
        ("\u200b\u202e\0\n", ""),
        ("\u3164", ""),
        ("CON", "CON_"),
        ("nul.txt", "nul_.txt"),
        ("com1 .jpg", "com1_ .jpg"),
        ("LPT²", "LPT²_"),
        ("console", "console"),
        ("Kakteen & Bäume 🌵", "Kakteen & Bäume 🌵"),
        ("صبار", "صبار"),
        ("仙人掌", "仙人掌"),
        ("\udcff cactus", "cactus"),
        ("x" * 500, "x" * 40),
        ("x" * 39 + "q\u0323\u0323", "x" * 39),
        ("x" * 39 + " . y", "x" * 39),
        ("q" + "\u0323" * 90, "q" + "\u0323" * 39),
    ],
)
def test_what_is_left_of_a_name(text: str, name: str) -> None:
    assert clean_class_name(text) == name


@given(st.text(max_size=80))
def test_any_text_comes_out_fit_for_files_and_stays_as_it_is(text: str) -> None:
    name = clean_class_name(text)
    assert clean_class_name(name) == name == unicodedata.normalize("NFC", name) == name.strip(" .")
    assert len(name) <= MAX_CLASS_NAME
    assert name.isprintable()
    assert not set(name) & set(FORBIDDEN)


def test_a_million_combining_marks_cost_nothing() -> None:
    assert len(clean_class_name("a" + "\u0323\u0301" * 500_000)) <= MAX_CLASS_NAME


@pytest.mark.parametrize(
    ("names", "known", "mapping", "notices"),
    [
        (["cats", "dogs"], [], {"cats": "cats", "dogs": "dogs"}, []),
        (
            ["Cactus", "cactus"],
            [],
            {"Cactus": "Cactus", "cactus": "Cactus"},
            [f"Cactus and cactus {SAME}"],
        ),
        (
            ["a", "B", "A", "á", "b"],
            [],
            {"a": "a", "B": "B", "A": "a", "á": "á", "b": "B"},
            [f"a and A {SAME}", f"B and b {SAME}"],
        ),
        (["CACTUS"], ["cactus", "tree"], {"CACTUS": "cactus"}, [f"cactus and CACTUS {SAME}"]),
        (
            ["Tree", "TREE", "tree"],
            ["tree"],
            dict.fromkeys(["Tree", "TREE", "tree"], "tree"),
            [f"tree, Tree and TREE {SAME}"],
        ),
        (
            ["straße", "STRASSE"],
            [],
            {"straße": "straße", "STRASSE": "straße"},
            [f"straße and STRASSE {SAME}"],
        ),
        (
            ["cats", " cats "],
            [],
            {"cats": "cats", " cats ": "cats"},
            [f"2 names come out as cats and {SAME}"],
        ),
        (["cats", "..", "\u200b"], [], {"cats": "cats", "..": "", "\u200b": ""}, []),
        (["cats", "cats"], ["cats"], {"cats": "cats"}, []),
        ([], ["cats"], {}, []),
    ],
)
def test_names_that_are_one_class(
    names: list[str], known: list[str], mapping: dict[str, str], notices: list[str]
) -> None:
    assert merge_class_names(names, known) == (mapping, notices)
