"""Splits: fair to each class, the same for any order, kept for ever, and never between copies."""

from collections import Counter
from collections.abc import Mapping
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from model.datasets.splits import SHARES, assign_splits
from model.photos.near_duplicates import groups_of
from model.photos.photo_id import PhotoId, digest
from tests.conftest import by_photo, photo_ids

Labels = dict[PhotoId, str]
photos = st.integers(0, 400).map(lambda number: digest(str(number).encode()))
labelled = st.dictionaries(photos, st.sampled_from(["cactus", "succulent", "tree"]), max_size=60)


def of_class(count: int, label: str = "cactus") -> Labels:
    """So many photos of a class."""
    return {digest(f"{label} {number}".encode()): label for number in range(count)}


def with_splits(labels: Labels, splits: Mapping[PhotoId, str]) -> dict[PhotoId, tuple[str, str]]:
    """Photos as a dataset holds them."""
    return {photo: (labels[photo], split) for photo, split in splits.items()}


def grouped(labels: Labels, size: int) -> list[list[PhotoId]]:
    """The first half of the photos of each class in groups of this size."""
    groups = []
    for label in sorted(set(labels.values())):
        members = sorted(photo for photo, own in labels.items() if own == label)
        half = members[: len(members) // 2]
        groups += [half[start : start + size] for start in range(0, len(half), size)]
    return groups


@given(labels=labelled, size=st.integers(1, 8), order=st.randoms(use_true_random=False))
def test_no_order_changes_anything(labels: Labels, size: int, order: Random) -> None:
    groups = grouped(labels, size)
    shuffled, other_groups = (
        list(labels.items()),
        [order.sample(group, len(group)) for group in groups],
    )
    order.shuffle(shuffled)
    order.shuffle(other_groups)
    assert assign_splits(dict(shuffled), {}, other_groups) == assign_splits(labels, {}, groups)


@given(labels=labelled, added=labelled, numbers=st.dictionaries(photos, st.integers(0, 9)))
def test_copies_share_a_split_and_nothing_moves(
    labels: Labels, added: Labels, numbers: dict[PhotoId, int]
) -> None:
    before = assign_splits(labels, {}, [])
    groups = [[photo for photo in numbers if numbers[photo] == number] for number in range(10)]
    after = assign_splits({**labels, **added}, with_splits(labels, before), groups)
    assert after.keys() == added.keys() - labels.keys()
    for group in groups:
        there = {before[photo] for photo in group if photo in before}
        new = {after[photo] for photo in group if photo in after}
        assert len(new) <= 1
        assert not there or new <= {next(split for split in SHARES if split in there)}


@given(count=st.integers(0, 300), at_once=st.integers(1, 50))
def test_shares_are_kept_to_one_photo_however_few_come_at_a_time(count: int, at_once: int) -> None:
    labels = of_class(count)
    splits: dict[PhotoId, str] = {}
    for start in range(0, count, at_once):
        some = dict(list(labels.items())[start : start + at_once])
        splits |= assign_splits(some, with_splits(labels, splits), [])
    counts = Counter(splits.values())
    assert all(abs(counts[split] - share * count) <= 1 for split, share in SHARES.items())


@given(labels=labelled, size=st.integers(1, 8))
def test_a_class_with_two_photos_that_are_no_copies_has_train_and_valid(
    labels: Labels, size: int
) -> None:
    groups = grouped(labels, size)
    splits = assign_splits(labels, {}, groups)
    copies = {photo for group in groups for photo in group}
    for label in set(labels.values()):
        members = [photo for photo, own in labels.items() if own == label]
        if len(set(members) - copies) >= 2:
            assert {"train", "valid"} <= {splits[photo] for photo in members}


def test_copies_of_different_classes_go_where_that_of_the_first_lacks_most() -> None:
    taken = by_photo(
        {
            "1": ("cactus", "train"),
            "2": ("cactus", "train"),
            "3": ("tree", "valid"),
            "4": ("tree", "valid"),
        }
    )
    a, b = photo_ids("a", "b")
    assert assign_splits({a: "cactus", b: "tree"}, taken, [[b, a]]) == {a: "valid", b: "valid"}
    assert assign_splits({a: "tree", b: "cactus"}, taken, [[b, a]]) == {a: "train", b: "train"}


def test_a_copy_of_photos_in_several_splits_is_rather_learned_than_judged_by() -> None:
    a, one, two, three = photo_ids("a", "1", "2", "3")
    taken = {one: ("cactus", "test"), two: ("cactus", "valid"), three: ("cactus", "train")}
    assert assign_splits({a: "cactus"}, taken, [[a, one, two, three]]) == {a: "train"}
    assert assign_splits({a: "cactus"}, taken, [[a, one, two]]) == {a: "valid"}
    assert assign_splits({a: "cactus"}, taken, [[a, one]]) == {a: "test"}


def test_a_group_may_name_photos_that_are_gone() -> None:
    a, gone, gone_too = photo_ids("a", "gone", "gone too")
    assert assign_splits({a: "cactus"}, {}, [[a, gone], [gone_too]]) == {a: "train"}


def test_links_make_groups() -> None:
    a, b, c, d, e, known = photo_ids(*"abcde", "known")
    alike: dict[PhotoId, list[PhotoId]] = {a: [], b: [a], c: [b], d: [], e: [known]}
    assert set(groups_of(alike)) == {frozenset((a, b, c)), frozenset((e, known))}
    assert groups_of({}) == groups_of({a: []}) == []
