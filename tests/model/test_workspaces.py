"""Workspaces: what one visitor asks, tells and takes back, and that nobody else sees it."""

import pytest
from sqlalchemy import select

from model.datasets import find_dataset
from model.errors import NotFound
from model.photos import open_photo
from model.schema import EditRow, WorkspaceRow
from model.starter import STARTER, examples
from model.store import Store, put_photo, read_photo
from model.workspaces import (
    MAX_ASKED,
    active_run,
    asked_photos,
    ensure_workspace,
    forget_asked,
    is_workspace_id,
    last_edit,
    new_workspace_id,
    remember_asked,
    tell_label,
    withdraw_photo,
)
from tests.conftest import encoded, picture


def own_photo(store: Store, seed: int) -> str:
    """A photo of the visitor's, kept."""
    return put_photo(store, open_photo(encoded(picture(seed=seed))))


def test_ids_are_unguessable_and_nobody_chooses_one() -> None:
    ids = {new_workspace_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(is_workspace_id(name) for name in ids)
    assert not any(
        is_workspace_id(name) for name in ("class-7b", "", "a" * 21, "a" * 23, "../../../../etc/passwd!", "a" * 21 + "'")
    )


def test_a_workspace_starts_on_the_starter_set_and_the_shipped_run(store: Store, workspace: str) -> None:
    ensure_workspace(store, workspace)
    ensure_workspace(store, workspace)
    assert active_run(store, workspace) is None
    assert last_edit(store, workspace) == 0


def test_looking_leaves_no_row(store: Store, workspace: str) -> None:
    assert asked_photos(store, workspace) == []
    with store.session() as session:
        assert session.get(WorkspaceRow, workspace) is None


def test_a_told_photo_joins_train_in_this_workspace_only(store: Store, workspace: str) -> None:
    photo = own_photo(store, 100)
    tell_label(store, workspace, photo, "tree")
    mine = find_dataset(store, STARTER, workspace=workspace)
    assert [(member.label, member.split) for member in mine.members if member.photo == photo] == [("tree", "train")]
    assert mine.fingerprint != find_dataset(store, STARTER).fingerprint
    assert find_dataset(store, STARTER, workspace=new_workspace_id()).label_of(photo) is None


def test_telling_again_counts_and_every_edit_is_kept(store: Store, workspace: str) -> None:
    photo = own_photo(store, 101)
    for label in ("tree", "cactus"):
        tell_label(store, workspace, photo, label)
    assert find_dataset(store, STARTER, workspace=workspace).label_of(photo) == "cactus"
    withdraw_photo(store, workspace, photo)
    assert find_dataset(store, STARTER, workspace=workspace).fingerprint == find_dataset(store, STARTER).fingerprint
    with store.session() as session:
        edits = session.scalars(select(EditRow).where(EditRow.workspace == workspace).order_by(EditRow.id))
        assert [(edit.action, edit.label) for edit in edits] == [("add", "tree"), ("relabel", "cactus"), ("delete", None)]


def test_a_photo_of_the_starter_set_is_relabelled_in_its_split_and_back(store: Store, workspace: str) -> None:
    member = next(member for member in find_dataset(store, STARTER).members if (member.split, member.label) == ("valid", "tree"))
    tell_label(store, workspace, member.photo, "cactus")
    changed = find_dataset(store, STARTER, workspace=workspace)
    assert [(one.label, one.split) for one in changed.members if one.photo == member.photo] == [("cactus", "valid")]
    withdraw_photo(store, workspace, member.photo)
    assert find_dataset(store, STARTER, workspace=workspace).label_of(member.photo) == "tree"


def test_the_test_split_is_never_touched(store: Store, workspace: str) -> None:
    with pytest.raises(NotFound, match="test split"):
        tell_label(store, workspace, examples(store)["tree"][0], "cactus")
    assert last_edit(store, workspace) == 0


def test_a_class_that_is_not_there_is_refused(store: Store, workspace: str) -> None:
    with pytest.raises(NotFound, match="no class bush"):
        tell_label(store, workspace, own_photo(store, 102), "bush")


def test_the_newest_photo_comes_first_and_asking_again_moves_it_up(store: Store, workspace: str) -> None:
    one, two = own_photo(store, 103), own_photo(store, 104)
    for photo, name in ((one, "one.jpg"), (two, "two.jpg"), (one, "again.jpg")):
        remember_asked(store, workspace, photo, name)
    assert [(asked.photo, asked.name) for asked in asked_photos(store, workspace)] == [(one, "again.jpg"), (two, "two.jpg")]


def test_beyond_twenty_the_oldest_is_destroyed(store: Store, workspace: str) -> None:
    photos = [own_photo(store, 200 + number) for number in range(MAX_ASKED + 1)]
    for photo in photos:
        remember_asked(store, workspace, photo, "x.jpg")
    assert [asked.photo for asked in asked_photos(store, workspace)] == photos[:0:-1]
    with pytest.raises(NotFound):
        read_photo(store, photos[0])


def test_forgetting_spares_what_a_dataset_or_another_visitor_uses(store: Store, workspace: str) -> None:
    other = new_workspace_id()
    told, shared, starter = own_photo(store, 300), own_photo(store, 301), examples(store)["tree"][0]
    tell_label(store, workspace, told, "tree")
    for visitor, photo in ((workspace, told), (workspace, shared), (other, shared), (workspace, starter)):
        remember_asked(store, visitor, photo, "x.jpg")
    for photo in (told, shared, starter):
        forget_asked(store, workspace, photo)
    assert asked_photos(store, workspace) == []
    assert [asked.photo for asked in asked_photos(store, other)] == [shared]
    assert all(read_photo(store, photo) for photo in (told, shared, starter))
