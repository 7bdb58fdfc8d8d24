"""The set as a whole: splits, what is planted, and files whose names say nothing."""

import csv
from collections import Counter
from dataclasses import asdict
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from assets.starter.generator import collection
from assets.starter.generator.collection import (
    CLASSES,
    COPIES,
    FLAWED,
    MISLABELLED,
    PER_CLASS,
    chosen,
    rejected,
    rows,
    write,
)
from assets.starter.generator.defects import FLAWS, near_duplicate, spoiled
from assets.starter.generator.dice import Dice
from assets.starter.generator.photo import SPECIES, Recipe
from model.photos.quality import measure

STARTER = Path(collection.__file__).parents[1]


@pytest.fixture(scope="module")
def table() -> list[collection.Row]:
    return rows(chosen(PER_CLASS, rejected()))


def test_every_class_has_as_many_photos(table: list[collection.Row]) -> None:
    assert Counter(row.truth for row in table if not row.twin) == dict.fromkeys(CLASSES, PER_CLASS)


def test_the_splits_have_their_shares_in_every_class(table: list[collection.Row]) -> None:
    for name in CLASSES:
        of_class = Counter(row.split for row in table if row.truth == name)
        assert 0.60 < of_class["train"] / of_class.total() < 0.68
        assert 0.15 < of_class["valid"] / of_class.total() < 0.21
        assert 0.15 < of_class["test"] / of_class.total() < 0.22


def test_nothing_straddles_two_splits_but_the_leaks(table: list[collection.Row]) -> None:
    splits: dict[Recipe, set[str]] = {}
    for row in table:
        splits.setdefault(row.recipe, set()).add(row.split)
    assert sum(len(found) > 1 for found in splits.values()) == COPIES // 2


def test_look_alikes_are_kept_for_the_test(table: list[collection.Row]) -> None:
    def share(look_alike: bool) -> float:
        return float(
            np.mean(
                [row.split == "test" for row in table if SPECIES[row.kind].look_alike == look_alike]
            )
        )

    assert share(True) > 1.2 * share(False)


def test_what_is_planted(table: list[collection.Row]) -> None:
    planted = Counter(row.defect for row in table if row.defect)
    assert planted == {"mislabelled": sum(MISLABELLED.values()), "near_duplicate": COPIES, **FLAWED}
    assert Counter((row.truth, row.label) for row in table if row.truth != row.label) == MISLABELLED
    assert all((row.defect == "mislabelled") == (row.truth != row.label) for row in table)
    assert not [row for row in table if row.split == "test" and row.defect]
    assert {row.split for row in table if row.defect in FLAWED} == {"train"}
    assert (
        Counter(row.split for row in table if row.defect == "mislabelled")["valid"]
        == collection.MISLABELLED_IN_VALID
    )


def test_copies_name_a_clean_photo_of_the_train_split(table: list[collection.Row]) -> None:
    by_file = {row.file: row for row in table}
    copies = [row for row in table if row.twin]
    assert Counter(row.split for row in copies) == {"train": COPIES // 2, "valid": COPIES // 2}
    for row in copies:
        twin = by_file[row.twin]
        assert (twin.recipe, twin.split, twin.defect, twin.label) == (
            row.recipe,
            "train",
            "",
            row.label,
        )


def test_file_names_say_nothing(table: list[collection.Row]) -> None:
    assert [row.file for row in table] == [
        f"{number:04d}.jpg" for number in range(1, len(table) + 1)
    ]
    numbers = {
        name: [number for number, row in enumerate(table) if row.truth == name] for name in CLASSES
    }
    middles = [np.mean(found) / len(table) for found in numbers.values()]
    assert max(middles) - min(middles) < 0.1


def test_what_was_thrown_away_stays_away() -> None:
    usual = chosen(20, frozenset())
    without = chosen(20, frozenset(usual[:5]))
    assert not set(usual[:5]) & set(without)
    assert len(without) == len(usual)


def test_the_set_on_disk_is_the_one_the_generator_plans(table: list[collection.Row]) -> None:
    with (STARTER / "photos.csv").open(newline="") as kept:
        assert [tuple(row.values()) for row in csv.DictReader(kept)] == [
            tuple(str(value) for value in asdict(row).values()) for row in table
        ]


def picture(number: int = 0) -> bytes:
    """A photo of the set with nothing wrong with it."""
    with (STARTER / "photos.csv").open(newline="") as kept:
        clean = [row["file"] for row in csv.DictReader(kept) if not row["defect"]]
    return (STARTER / "photos" / clean[number]).read_bytes()


@pytest.mark.parametrize(
    ("defect", "flaw"),
    [("blurry", "blurred"), ("dark", "dark"), ("overexposed", "over-exposed"), ("tiny", "tiny")],
)
def test_flaws_are_mostly_such_as_areole_finds(defect: str, flaw: str) -> None:
    found = 0
    for seed in range(10):
        with Image.open(BytesIO(spoiled(picture(seed), FLAWS[defect], Dice(seed)))) as spoilt:
            found += flaw in [str(one) for one in measure(spoilt.convert("RGB")).issues]
    assert found >= 7  # A dark plant survives being over-exposed.


def test_a_copy_is_smaller_and_much_the_same() -> None:
    with (
        Image.open(BytesIO(picture())) as original,
        Image.open(BytesIO(spoiled(picture(), near_duplicate, Dice(1)))) as copy,
    ):
        assert copy.width < original.width
        one, other = (
            np.asarray(image.convert("L").resize((16, 16)), float).ravel()
            for image in (original, copy)
        )
        assert np.corrcoef(one, other)[0, 1] > 0.5


def test_writing_replaces_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "9999.jpg").write_bytes(b"old")
    few = rows(chosen(60, frozenset()))
    write(few, {row.recipe: picture() for row in few}, tmp_path)
    assert {path.name for path in (tmp_path / "photos").iterdir()} == {row.file for row in few}
    with (tmp_path / "photos.csv").open(newline="") as kept:
        assert [row["file"] for row in csv.DictReader(kept)] == [row.file for row in few]
