"""Repairing labels: what is decided counts, can be taken back and brought back, and nothing is lost
or doubled on the way.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC

import pytest
from sqlalchemy import select

from model.catalogue.dataset import Dataset, find_dataset
from model.catalogue.edits import (
    ADD,
    DELETE,
    KEEP,
    MAX_REASON,
    NOTE,
    REDO,
    RELABEL,
    UNDO,
    EditAction,
)
from model.catalogue.schema import EditRow
from model.catalogue.starter import STARTER, starter_examples
from model.catalogue.store import Store, read_photo
from model.catalogue.workspaces import ask_about, forget_loose, new_workspace_id, view_of
from model.cleaning.decisions import (
    Decision,
    decide,
    history,
    label_photo,
    redo,
    revert_edits,
    start_over,
    undo,
)
from model.errors import InvalidRequest, NotFound
from model.photos.image import open_photo
from model.photos.photo_id import PhotoId
from tests.conftest import encoded, photo_ids, picture, put_photo
from tests.starter_set import PHOTOS


def trees(store: Store, number: int, split: str = "train") -> list[PhotoId]:
    """Some photos that were imported as trees."""
    members = find_dataset(store, STARTER).photos
    return [
        labelled.photo
        for labelled in members
        if (labelled.label, labelled.split) == ("tree", split)
    ][:number]


def mine(store: Store, workspace: str) -> Dataset:
    """The dataset as a workspace has it."""
    return find_dataset(store, STARTER, workspace=workspace)


def is_as_imported(store: Store, workspace: str) -> bool:
    return mine(store, workspace).fingerprint == find_dataset(store, STARTER).fingerprint


def said(store: Store, workspace: str) -> list[tuple[PhotoId, str, str | None]]:
    """All decisions that stand, the oldest first."""
    return [
        (edit.photo, edit.action, edit.label)
        for edit in history(store, workspace).edits
        if not edit.undone
    ]


def undo_last(store: Store, workspace: str) -> None:
    step = history(store, workspace).undoable
    assert step is not None
    undo(store, workspace, step)


def redo_next(store: Store, workspace: str) -> None:
    step = history(store, workspace).redoable
    assert step is not None
    redo(store, workspace, step)


def rows(store: Store, workspace: str) -> list[EditRow]:
    """What is stored of a workspace's edits, in order."""
    with store.reading() as session:
        found = session.scalars(
            select(EditRow).where(EditRow.workspace == workspace).order_by(EditRow.id)
        ).all()
        session.expunge_all()
        return list(found)


def test_keeping_says_that_a_label_is_right_and_changes_nothing(
    store: Store, workspace: str
) -> None:
    [photo] = trees(store, 1)
    decide(store, workspace, [Decision(photo, KEEP, reason="a fine oak")])
    [edit] = history(store, workspace).edits
    assert (edit.photo, edit.action, edit.label, edit.reason, edit.undone) == (
        photo,
        KEEP,
        "tree",
        "a fine oak",
        False,
    )
    assert edit.created_at.tzinfo is UTC
    assert is_as_imported(store, workspace)


@pytest.mark.parametrize("split", ["train", "valid"])
def test_relabelling_files_a_photo_elsewhere_in_its_split(
    store: Store, workspace: str, split: str
) -> None:
    [photo] = trees(store, 1, split)
    decide(store, workspace, [Decision(photo, RELABEL, "cactus")])
    labelled = mine(store, workspace).find(photo)
    assert labelled is not None
    assert (labelled.label, labelled.split) == ("cactus", split)
    assert len(mine(store, workspace).photos) == PHOTOS


def test_deleting_takes_a_photo_out_and_leaves_its_file(store: Store, workspace: str) -> None:
    [photo] = trees(store, 1)
    decide(store, workspace, [Decision(photo, DELETE)])
    assert mine(store, workspace).find(photo) is None
    assert len(mine(store, workspace).photos) == PHOTOS - 1
    assert read_photo(store, photo)


def test_a_note_says_something_and_decides_nothing(store: Store, workspace: str) -> None:
    [photo] = trees(store, 1)
    decide(store, workspace, [Decision(photo, NOTE, reason="ask a gardener")])
    found = history(store, workspace)
    assert found.standing[photo].reason == "ask a gardener"
    assert not [edit for edit in found.standing.values() if edit.decides]
    assert is_as_imported(store, workspace)


def test_a_note_about_a_deleted_photo_does_not_bring_it_back(store: Store, workspace: str) -> None:
    [photo] = trees(store, 1)
    decide(store, workspace, [Decision(photo, DELETE)])
    decide(store, workspace, [Decision(photo, NOTE, reason="a pity")])
    assert mine(store, workspace).find(photo) is None


def test_a_relabelled_photo_that_was_noted_is_still_judged(store: Store, workspace: str) -> None:
    [photo] = trees(store, 1)
    decide(store, workspace, [Decision(photo, RELABEL, "cactus")])
    decide(store, workspace, [Decision(photo, NOTE, reason="look again")])
    assert mine(store, workspace).label_of(photo) == "cactus"
    assert photo in {p for p, edit in history(store, workspace).standing.items() if edit.decides}


def test_a_note_does_not_hold_on_to_a_label_that_was_taken_back(
    store: Store, workspace: str
) -> None:
    [photo] = trees(store, 1)
    decide(store, workspace, [Decision(photo, RELABEL, "cactus")])
    decide(store, workspace, [Decision(photo, NOTE, reason="look again")])
    revert_edits(store, workspace, history(store, workspace).edits[0].photo)
    assert mine(store, workspace).label_of(photo) == "tree"


def test_long_reasons_are_cut(store: Store, workspace: str) -> None:
    [photo] = trees(store, 1)
    for _ in range(2):
        decide(store, workspace, [Decision(photo, KEEP, reason="ä" * (MAX_REASON + 1))])
    assert [edit.reason for edit in history(store, workspace).edits] == ["ä" * MAX_REASON]


def test_the_last_decision_counts_and_undo_reveals_the_one_before(
    store: Store, workspace: str
) -> None:
    [photo] = trees(store, 1)
    for decision in (
        Decision(photo, RELABEL, "cactus"),
        Decision(photo, RELABEL, "succulent"),
        Decision(photo, DELETE),
    ):
        decide(store, workspace, [decision])
    seen = []
    for _ in range(3):
        seen.append(mine(store, workspace).label_of(photo))
        undo_last(store, workspace)
    assert [*seen, mine(store, workspace).label_of(photo)] == [None, "succulent", "cactus", "tree"]


def test_keeping_confirms_the_label_a_photo_has_by_now(store: Store, workspace: str) -> None:
    [photo] = trees(store, 1)
    decide(store, workspace, [Decision(photo, RELABEL, "cactus")])
    decide(store, workspace, [Decision(photo, KEEP)])
    assert mine(store, workspace).label_of(photo) == "cactus"


def test_keeping_a_deleted_photo_brings_it_back(store: Store, workspace: str) -> None:
    [photo] = trees(store, 1)
    decide(store, workspace, [Decision(photo, DELETE)])
    decide(store, workspace, [Decision(photo, KEEP)])
    assert is_as_imported(store, workspace)


def test_relabelling_to_the_label_it_has_is_keeping(store: Store, workspace: str) -> None:
    [photo] = trees(store, 1)
    decide(store, workspace, [Decision(photo, RELABEL, "tree")])
    assert said(store, workspace) == [(photo, KEEP, "tree")]


def test_relabelling_back_to_the_imported_label_gives_the_imported_dataset(
    store: Store, workspace: str
) -> None:
    [photo] = trees(store, 1)
    decide(store, workspace, [Decision(photo, RELABEL, "cactus")])
    decide(store, workspace, [Decision(photo, RELABEL, "tree")])
    assert said(store, workspace) == [(photo, RELABEL, "cactus"), (photo, KEEP, "tree")]
    assert is_as_imported(store, workspace)


def test_what_was_decided_together_is_undone_and_redone_together(
    store: Store, workspace: str
) -> None:
    one, two, three = trees(store, 3)
    decide(store, workspace, [Decision(one, KEEP)])
    decide(store, workspace, [Decision(two, DELETE), Decision(three, RELABEL, "cactus")])
    changed = mine(store, workspace).fingerprint
    assert len({edit.step for edit in history(store, workspace).edits}) == 2
    undo_last(store, workspace)
    assert said(store, workspace) == [(one, KEEP, "tree")]
    assert is_as_imported(store, workspace)
    redo_next(store, workspace)
    assert mine(store, workspace).fingerprint == changed
    assert history(store, workspace).redoable is None


def test_several_steps_are_redone_in_the_order_they_were_made(store: Store, workspace: str) -> None:
    photos = trees(store, 3)
    for photo in photos:
        decide(store, workspace, [Decision(photo, DELETE)])
    for _ in photos:
        undo_last(store, workspace)
    assert history(store, workspace).undoable is None
    for done in range(1, 4):
        redo_next(store, workspace)
        assert [photo for photo, _, _ in said(store, workspace)] == photos[:done]


def test_a_new_decision_leaves_nothing_to_redo(store: Store, workspace: str) -> None:
    one, two = trees(store, 2)
    decide(store, workspace, [Decision(one, DELETE)])
    undo_last(store, workspace)
    decide(store, workspace, [Decision(two, DELETE)])
    found = history(store, workspace)
    assert found.redoable is None
    assert list(found.standing) == [two]


def test_a_second_click_on_the_same_undo_undoes_nothing_else(store: Store, workspace: str) -> None:
    one, two = trees(store, 2)
    for photo in (one, two):
        decide(store, workspace, [Decision(photo, DELETE)])
    step = history(store, workspace).undoable
    assert step is not None
    undo(store, workspace, step)
    before = view_of(store, workspace).last_edit
    undo(store, workspace, step)
    assert view_of(store, workspace).last_edit == before
    assert said(store, workspace) == [(one, DELETE, None)]


def test_a_second_click_on_the_same_redo_redoes_nothing_else(store: Store, workspace: str) -> None:
    one, two = trees(store, 2)
    for photo in (one, two):
        decide(store, workspace, [Decision(photo, DELETE)])
    start_over(store, workspace)
    step = history(store, workspace).redoable
    assert step is not None
    for _ in range(2):
        redo(store, workspace, step)
    assert said(store, workspace) == [(one, DELETE, None)]


@pytest.mark.parametrize("turn", [undo, redo])
def test_turning_what_never_was_stores_nothing(
    store: Store, workspace: str, turn: Callable[[Store, str, int], None]
) -> None:
    decide(store, workspace, [Decision(trees(store, 1)[0], DELETE)])
    before = view_of(store, workspace).last_edit
    turn(store, workspace, 10**9)
    assert view_of(store, workspace).last_edit == before


def test_one_decision_of_several_is_revoked(store: Store, workspace: str) -> None:
    one, two = trees(store, 2)
    decide(store, workspace, [Decision(one, DELETE), Decision(two, RELABEL, "cactus")])
    revert_edits(store, workspace, history(store, workspace).edits[0].photo)
    assert said(store, workspace) == [(two, RELABEL, "cactus")]
    undo_last(store, workspace)
    assert is_as_imported(store, workspace)


def test_a_visitor_cannot_take_back_anothers_decision(store: Store, workspace: str) -> None:
    [photo] = trees(store, 1)
    decide(store, workspace, [Decision(photo, DELETE)])
    revert_edits(store, new_workspace_id(), history(store, workspace).edits[0].photo)
    assert mine(store, workspace).find(photo) is None


def test_withdrawing_a_photo_takes_back_all_about_it_and_nothing_else(
    store: Store, workspace: str
) -> None:
    one, two = trees(store, 2)
    decide(store, workspace, [Decision(one, RELABEL, "cactus"), Decision(two, DELETE)])
    decide(store, workspace, [Decision(one, DELETE)])
    revert_edits(store, workspace, one)
    assert said(store, workspace) == [(two, DELETE, None)]
    assert mine(store, workspace).label_of(one) == "tree"


def test_starting_over_gives_the_imported_dataset_and_redo_brings_it_back_step_by_step(
    store: Store, workspace: str
) -> None:
    one, two, three, four = trees(store, 4)
    decide(store, workspace, [Decision(one, RELABEL, "cactus")])
    decide(store, workspace, [Decision(two, DELETE), Decision(three, DELETE)])
    decide(store, workspace, [Decision(one, RELABEL, "succulent")])
    decide(store, workspace, [Decision(four, DELETE)])
    undo_last(store, workspace)
    start_over(store, workspace)
    assert is_as_imported(store, workspace)
    assert history(store, workspace).undoable is None
    seen = []
    for _ in range(4):
        redo_next(store, workspace)
        labels = mine(store, workspace).labels
        seen.append([labels.get(photo) for photo in (one, two, three, four)])
    assert seen == [
        ["cactus", "tree", "tree", "tree"],
        ["cactus", None, None, "tree"],
        ["succulent", None, None, "tree"],
        ["succulent", None, None, None],
    ]
    assert history(store, workspace).redoable is None


def test_the_same_decision_twice_is_stored_once_unless_the_reason_is_another(
    store: Store, workspace: str
) -> None:
    [photo] = trees(store, 1)
    for reason in ("", "", "a cactus", "a cactus"):
        decide(store, workspace, [Decision(photo, RELABEL, "cactus", reason)])
    assert [edit.reason for edit in history(store, workspace).edits] == ["", "a cactus"]


def test_a_photo_named_twice_in_one_step_is_decided_once(store: Store, workspace: str) -> None:
    [photo] = trees(store, 1)
    decide(store, workspace, [Decision(photo, DELETE)] * 2)
    assert said(store, workspace) == [(photo, DELETE, None)]


def test_a_decision_that_was_taken_back_can_be_made_again(store: Store, workspace: str) -> None:
    [photo] = trees(store, 1)
    decide(store, workspace, [Decision(photo, DELETE)])
    undo_last(store, workspace)
    decide(store, workspace, [Decision(photo, DELETE)])
    assert said(store, workspace) == [(photo, DELETE, None)]


def test_deciding_nothing_leaves_nothing_to_undo(store: Store, workspace: str) -> None:
    decide(store, workspace, [])
    assert history(store, workspace).undoable is None


@pytest.mark.parametrize("action", [KEEP, RELABEL, DELETE, NOTE])
def test_the_test_split_is_refused_and_the_whole_step_with_it(
    store: Store, workspace: str, action: EditAction
) -> None:
    tested = starter_examples(store)["tree"][0]
    step = [Decision(trees(store, 1)[0], DELETE), Decision(tested, action, "cactus")]
    with pytest.raises(InvalidRequest, match="test split"):
        decide(store, workspace, step)
    assert view_of(store, workspace).last_edit == 0


@pytest.mark.parametrize("label", ["bush", "", None, "Tree"])
def test_a_class_that_is_not_there_is_refused(
    store: Store, workspace: str, label: str | None
) -> None:
    with pytest.raises(NotFound, match="no class"):
        decide(store, workspace, [Decision(trees(store, 1)[0], RELABEL, label)])
    assert view_of(store, workspace).last_edit == 0


@pytest.mark.parametrize("action", [KEEP, RELABEL, DELETE, NOTE])
def test_a_photo_that_is_not_in_the_dataset_is_refused(
    store: Store, workspace: str, action: EditAction
) -> None:
    loose = put_photo(store, open_photo(encoded(picture(seed=400))))
    for photo in (loose, *photo_ids("0" * 64)):
        with pytest.raises(NotFound, match="no longer in the dataset"):
            decide(store, workspace, [Decision(photo, action, "cactus")])
    assert view_of(store, workspace).last_edit == 0


def test_the_dataset_as_of_an_edit_stays_what_it_was(store: Store, workspace: str) -> None:
    one, two = trees(store, 2)
    moments = {0: find_dataset(store, STARTER).fingerprint}

    def note_moment() -> None:
        now = mine(store, workspace)
        assert now.edits == view_of(store, workspace).last_edit
        moments[now.edits] = now.fingerprint

    for decisions in (
        [Decision(one, RELABEL, "cactus")],
        [Decision(one, DELETE), Decision(two, DELETE)],
    ):
        decide(store, workspace, decisions)
        note_moment()
    for turn in (undo_last, undo_last, redo_next, start_over):
        turn(store, workspace)
        note_moment()
    assert len(moments) == 7
    for number, fingerprint in moments.items():
        assert (
            find_dataset(store, STARTER, workspace=workspace, edits=number).fingerprint
            == fingerprint
        )


def test_nothing_stored_is_ever_changed_or_removed(store: Store, workspace: str) -> None:
    [photo] = trees(store, 1)
    decide(store, workspace, [Decision(photo, DELETE, reason="twice")])
    for turn in (undo_last, redo_next, start_over):
        turn(store, workspace)
    stored = rows(store, workspace)
    assert [(row.action, row.target) for row in stored] == [
        (DELETE, None),
        (UNDO, stored[0].id),
        (REDO, stored[0].id),
        (UNDO, stored[0].id),
    ]
    assert stored[0].reason == "twice"


def test_another_workspace_sees_nothing(store: Store, workspace: str) -> None:
    other = new_workspace_id()
    decide(store, workspace, [Decision(photo, DELETE) for photo in trees(store, 5)])
    assert history(store, other).edits == ()
    assert is_as_imported(store, other)
    start_over(store, other)
    assert len(said(store, workspace)) == 5


def test_the_imported_dataset_never_changes(store: Store, workspace: str) -> None:
    before = find_dataset(store, STARTER)
    one, two = trees(store, 2)
    decide(store, workspace, [Decision(one, RELABEL, "cactus"), Decision(two, DELETE)])
    assert not is_as_imported(store, workspace)
    assert find_dataset(store, STARTER) == before


def test_an_added_photo_can_be_deleted_and_comes_back(store: Store, workspace: str) -> None:
    photo = put_photo(store, open_photo(encoded(picture(seed=401))))
    label_photo(store, workspace, photo, "cactus")
    decide(store, workspace, [Decision(photo, DELETE)])
    assert is_as_imported(store, workspace)
    undo_last(store, workspace)
    labelled = mine(store, workspace).find(photo)
    assert labelled is not None
    assert (labelled.label, labelled.split) == ("cactus", "train")


def test_an_added_photo_is_relabelled_and_keeps_its_place(store: Store, workspace: str) -> None:
    photo = put_photo(store, open_photo(encoded(picture(seed=402))))
    label_photo(store, workspace, photo, "cactus")
    decide(store, workspace, [Decision(photo, RELABEL, "tree")])
    assert said(store, workspace) == [(photo, ADD, "cactus"), (photo, RELABEL, "tree")]
    assert [
        (one.label, one.split) for one in mine(store, workspace).photos if one.photo == photo
    ] == [("tree", "train")]


def test_a_deleted_added_photo_is_not_destroyed_because_it_may_come_back(
    store: Store, workspace: str
) -> None:
    added = open_photo(encoded(picture(seed=403)))
    ask_about(store, workspace, added, "x.jpg")
    label_photo(store, workspace, added.sha256, "cactus")
    decide(store, workspace, [Decision(added.sha256, DELETE)])
    forget_loose(store, workspace)
    undo_last(store, workspace)
    assert mine(store, workspace).label_of(added.sha256) == "cactus"
    assert read_photo(store, added.sha256)


def test_no_photo_of_the_dataset_is_destroyed_when_its_addition_is_revoked(
    store: Store, workspace: str
) -> None:
    added = open_photo(encoded(picture(seed=404)))
    ask_about(store, workspace, added, "x.jpg")
    label_photo(store, workspace, added.sha256, "cactus")
    decide(store, workspace, [Decision(added.sha256, KEEP)])
    revert_edits(store, workspace, history(store, workspace).edits[0].photo)
    forget_loose(store, workspace)
    assert mine(store, workspace).find(added.sha256) is None or read_photo(store, added.sha256)


def destroy_an_added_photo(
    store: Store, workspace: str, seed: int, *, after: list[Decision]
) -> PhotoId:
    """Tell a photo's label and decide on, take everything back and clear the list.

    The name of the photo, which is gone.
    """
    added = open_photo(encoded(picture(seed=seed)))
    ask_about(store, workspace, added, "x.jpg")
    label_photo(store, workspace, added.sha256, "tree")
    decide(store, workspace, after)
    start_over(store, workspace)
    forget_loose(store, workspace)
    with pytest.raises(NotFound):
        read_photo(store, added.sha256)
    return added.sha256


def test_a_destroyed_photo_is_not_brought_back_by_redo(store: Store, workspace: str) -> None:
    photo = destroy_an_added_photo(store, workspace, 410, after=[])
    redo(store, workspace, 1)
    assert said(store, workspace) == []
    assert mine(store, workspace).find(photo) is None


def test_what_was_decided_after_a_destroyed_photo_can_still_be_redone(
    store: Store, workspace: str
) -> None:
    [tree] = trees(store, 1)
    destroy_an_added_photo(store, workspace, 411, after=[Decision(tree, DELETE)])
    for _ in range(2):
        step = history(store, workspace).redoable
        if step is not None:
            redo(store, workspace, step)
    assert said(store, workspace) == [(tree, DELETE, None)]
    assert history(store, workspace).redoable is None


def test_many_tabs_deciding_at_once_lose_and_double_nothing(store: Store, workspace: str) -> None:
    photos = trees(store, 24)
    with ThreadPoolExecutor(12) as pool:
        list(
            pool.map(lambda photo: decide(store, workspace, [Decision(photo, DELETE)]), photos * 2)
        )
    edits = history(store, workspace).edits
    assert sorted(edit.photo for edit in edits) == sorted(photos)
    assert {edit.step for edit in edits} == set(range(1, 25))
    assert [edit.step for edit in edits] == sorted(edit.step for edit in edits)


def test_many_tabs_undoing_and_deciding_at_once_lose_and_double_nothing(
    store: Store, workspace: str
) -> None:
    early, late = trees(store, 32)[:16], trees(store, 32)[16:]
    for photo in early:
        decide(store, workspace, [Decision(photo, DELETE)])
    steps = [edit.step for edit in history(store, workspace).edits]
    with ThreadPoolExecutor(12) as pool:
        turns = [pool.submit(undo, store, workspace, step) for step in steps * 3]
        turns += [
            pool.submit(decide, store, workspace, [Decision(photo, RELABEL, "cactus")])
            for photo in late
        ]
    for turn in turns:
        turn.result()
    assert {photo for photo, _, _ in said(store, workspace)} == set(late)
    undone = [row.target for row in rows(store, workspace) if row.action == UNDO]
    assert len(undone) == len(set(undone)) == 16
    assert len({edit.step for edit in history(store, workspace).edits}) == 32
