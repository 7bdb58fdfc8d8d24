"""The answer key: each kind of planted fault counts once dealt with, harm counts too, and nothing
else may read it.
"""

import ast
import csv
from pathlib import Path

import numpy as np
import pytest

from model.catalogue.dataset import find_dataset
from model.catalogue.edits import DELETE, KEEP, RELABEL
from model.catalogue.starter import CLASSES, FOLDER, STARTER
from model.catalogue.store import Store
from model.catalogue.workspaces import dataset_name
from model.cleaning.answer_key import BAD, CleaningScore, SplitScore, has_key, score
from model.cleaning.decisions import Decision, decide, label_photo, start_over
from model.photos.image import open_photo
from model.photos.photo_id import PhotoId
from tests.conftest import encoded, fabricate, picture, put_photo
from tests.starter_set import BAD_PHOTOS, COPIES, LEAKS, WRONG_LABELS

ROOT = Path(__file__).parents[3]
SOURCES = [*ROOT.glob("*.py"), *ROOT.glob("model/**/*.py"), *ROOT.glob("pages/**/*.py")]
Key = dict[PhotoId, dict[str, str]]


@pytest.fixture(scope="module")
def key(store: Store) -> Key:
    """The rows of the starter set's table outside the test split, by photo.

    `twin` is a photo too.
    """
    photos = {labelled.file: labelled.photo for labelled in find_dataset(store, STARTER).photos}
    with (FOLDER / "photos.csv").open(newline="") as table:
        rows = [row for row in csv.DictReader(table) if row["split"] != "test"]
    return {photos[row["file"]]: {**row, "twin": photos.get(row["twin"], "")} for row in rows}


def wrong(key: Key) -> list[PhotoId]:
    return [photo for photo, row in key.items() if row["label"] != row["truth"]]


def pairs(key: Key, *, leaking: bool) -> list[tuple[PhotoId, PhotoId]]:
    """Copies with what they were copied from, within a split or across."""
    found = [(photo, PhotoId(row["twin"])) for photo, row in key.items() if row["twin"]]
    return [
        (photo, twin)
        for photo, twin in found
        if (key[photo]["split"] != key[twin]["split"]) is leaking
    ]


def bad(key: Key) -> list[PhotoId]:
    return [photo for photo, row in key.items() if row["defect"] in BAD]


def good(key: Key) -> list[PhotoId]:
    """Photos with which nothing is wrong, and that no copy was made from."""
    originals = {row["twin"] for row in key.values()}
    return [photo for photo, row in key.items() if not row["defect"] and photo not in originals]


def other(label: str) -> str:
    return next(name for name in CLASSES if name != label)


def scored(store: Store, workspace: str, *decisions: Decision) -> CleaningScore:
    """The score once these are decided."""
    decide(store, workspace, decisions)
    return score(find_dataset(store, STARTER), find_dataset(store, STARTER, workspace=workspace))


def solved(found: CleaningScore) -> tuple[int, int, int, int]:
    """How many of each kind are solved: wrong labels, copies, leaks, bad photos."""
    return (
        len(found.wrong_labels.solved),
        len(found.copies.solved),
        len(found.leaks.solved),
        len(found.bad_photos.solved),
    )


def test_an_untouched_dataset_scores_nothing_and_misses_all_that_was_planted(
    store: Store, workspace: str, key: Key
) -> None:
    found = scored(store, workspace)
    assert solved(found) == (0, 0, 0, 0)
    assert (found.broken, found.lost) == ((), ())
    for part, planted, number in (
        (found.wrong_labels, wrong(key), WRONG_LABELS),
        (found.copies, [photo for photo, _ in pairs(key, leaking=False)], COPIES - LEAKS),
        (found.leaks, [photo for photo, _ in pairs(key, leaking=True)], LEAKS),
        (found.bad_photos, bad(key), BAD_PHOTOS),
    ):
        assert len(part.missed) == number
        assert set(part.missed) == set(planted)


def test_the_truths_are_those_of_the_table_and_none_of_the_test_split(
    store: Store, workspace: str, key: Key
) -> None:
    assert scored(store, workspace).truths == {photo: row["truth"] for photo, row in key.items()}


def test_wrong_labels_are_solved_by_the_right_one_or_by_deleting(
    store: Store, workspace: str, key: Key
) -> None:
    one, two, *rest = wrong(key)
    found = scored(
        store, workspace, Decision(one, RELABEL, key[one]["truth"]), Decision(two, DELETE)
    )
    assert set(found.wrong_labels.solved) == {one, two}
    assert set(found.wrong_labels.missed) == set(rest)
    assert solved(found) == (2, 0, 0, 0)
    assert (found.broken, found.lost) == ((), ())


def test_another_wrong_label_solves_nothing_and_breaks_nothing(
    store: Store, workspace: str, key: Key
) -> None:
    photo = wrong(key)[0]
    [third] = {*CLASSES} - {key[photo]["label"], key[photo]["truth"]}
    found = scored(store, workspace, Decision(photo, RELABEL, third))
    assert photo in found.wrong_labels.missed
    assert found.broken == ()


def test_keeping_a_wrong_label_does_not_solve_it(store: Store, workspace: str, key: Key) -> None:
    assert solved(scored(store, workspace, *(Decision(photo, KEEP) for photo in wrong(key)))) == (
        0,
        0,
        0,
        0,
    )


@pytest.mark.parametrize("leaking", [False, True])
def test_a_pair_is_solved_by_deleting_either(
    store: Store, workspace: str, key: Key, leaking: bool
) -> None:
    one, two, *_ = pairs(key, leaking=leaking)
    found = scored(store, workspace, Decision(one[0], DELETE), Decision(two[1], DELETE))
    part = found.leaks if leaking else found.copies
    assert set(part.solved) == {one[0], two[0]}
    assert sum(solved(found)) == 2
    assert (found.broken, found.lost) == ((), ())


def test_relabelling_a_copy_does_not_solve_it_and_breaks_a_right_label(
    store: Store, workspace: str, key: Key
) -> None:
    copy, original = pairs(key, leaking=False)[0]
    found = scored(
        store,
        workspace,
        *(Decision(photo, RELABEL, other(key[photo]["label"])) for photo in (copy, original)),
    )
    assert solved(found) == (0, 0, 0, 0)
    assert set(found.broken) == {copy, original}


def test_bad_photos_are_solved_by_deleting_only(store: Store, workspace: str, key: Key) -> None:
    one, two, *_ = bad(key)
    found = scored(store, workspace, Decision(one, DELETE), Decision(two, KEEP))
    assert found.bad_photos.solved == (one,)
    assert found.lost == ()


def test_a_right_label_that_was_changed_is_broken(store: Store, workspace: str, key: Key) -> None:
    photo = good(key)[0]
    found = scored(store, workspace, Decision(photo, RELABEL, other(key[photo]["label"])))
    assert found.broken == (photo,)
    assert found.lost == ()


def test_a_label_that_was_put_right_again_is_not_broken(
    store: Store, workspace: str, key: Key
) -> None:
    photo = good(key)[0]
    scored(store, workspace, Decision(photo, RELABEL, other(key[photo]["label"])))
    assert scored(store, workspace, Decision(photo, RELABEL, key[photo]["label"])).broken == ()


def test_a_good_photo_that_was_deleted_is_lost(store: Store, workspace: str, key: Key) -> None:
    photo = good(key)[0]
    found = scored(store, workspace, Decision(photo, DELETE))
    assert found.lost == (photo,)
    assert found.broken == ()
    assert solved(found) == (0, 0, 0, 0)


def test_a_perfect_cleaning_misses_nothing_and_starting_over_misses_all(
    store: Store, workspace: str, key: Key
) -> None:
    copies = [copy for leaking in (False, True) for copy, _ in pairs(key, leaking=leaking)]
    found = scored(
        store,
        workspace,
        *(Decision(photo, RELABEL, key[photo]["truth"]) for photo in wrong(key)),
        *(Decision(photo, DELETE) for photo in (*copies, *bad(key))),
    )
    assert solved(found) == (WRONG_LABELS, COPIES - LEAKS, LEAKS, BAD_PHOTOS)
    assert not any(
        part.missed for part in (found.wrong_labels, found.copies, found.leaks, found.bad_photos)
    )
    assert (found.broken, found.lost) == ((), ())
    start_over(store, workspace)
    assert scored(store, workspace).wrong_labels == SplitScore((), tuple(wrong(key)))


def test_deleting_everything_loses_the_good_photos(store: Store, workspace: str, key: Key) -> None:
    found = scored(store, workspace, *(Decision(photo, DELETE) for photo in key))
    assert set(found.lost) >= set(good(key))
    assert len(good(key)) > 300


def test_added_photos_are_not_judged(store: Store, workspace: str) -> None:
    before = scored(store, workspace)
    label_photo(store, workspace, put_photo(store, open_photo(encoded(picture(seed=450)))), "tree")
    assert scored(store, workspace) == before


def test_only_the_starter_set_has_a_key(store: Store, workspace: str) -> None:
    made, _ = fabricate(
        store,
        ("cactus", "tree"),
        [("cactus", "train"), ("tree", "valid")],
        np.zeros((2, 2), np.float32),
    )
    assert not has_key(find_dataset(store, dataset_name(store, made), workspace=made))
    assert has_key(find_dataset(store, STARTER, workspace=workspace))


def test_only_the_import_and_the_answer_key_read_the_starter_table() -> None:
    starter_tables = {
        source.name
        for source in SOURCES
        if "photos.csv" in (text := source.read_text()) and ("FOLDER" in text or "assets" in text)
    }
    assert starter_tables == {"starter.py", "answer_key.py"}


def test_nothing_that_trains_or_suggests_asks_the_answer_key() -> None:
    askers = {
        str(source.relative_to(ROOT))
        for source in SOURCES
        for node in ast.walk(ast.parse(source.read_text()))
        if (
            isinstance(node, ast.ImportFrom)
            and "answer_key" in f"{node.module} {[name.name for name in node.names]}"
        )
        or (isinstance(node, ast.Import) and any("answer_key" in name.name for name in node.names))
    }
    assert askers == {"pages/parts/clean/score.py", "pages/parts/clean/decisions.py"}
