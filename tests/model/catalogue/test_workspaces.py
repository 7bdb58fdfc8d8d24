"""Workspaces: what a visitor asks, tells and takes back, hidden from all others."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from model.catalogue.dataset import find_dataset
from model.catalogue.schema import EditRow, WorkspaceRow
from model.catalogue.starter import STARTER, starter_examples
from model.catalogue.store import Store, read_photo
from model.catalogue.workspaces import (
    MAX_ASKED,
    ask_about,
    asked_photos,
    filed_photos,
    forget_loose,
    is_workspace_id,
    new_workspace_id,
    view_of,
)
from model.cleaning.decisions import label_photo, revert_edits
from model.errors import InvalidRequest, NotFound
from model.photos.image import open_photo
from model.photos.photo_id import PhotoId
from model.runs.listing import active_run
from model.runs.run import SHIPPED
from tests.conftest import encoded, picture, put_photo


def own_photo(store: Store, seed: int) -> PhotoId:
    """A photo that is kept."""
    return put_photo(store, open_photo(encoded(picture(seed=seed))))


def ask(store: Store, workspace: str, seed: int, name: str = "x.jpg") -> PhotoId:
    """Ask about a photo; its name."""
    photo = open_photo(encoded(picture(seed=seed)))
    ask_about(store, workspace, photo, name)
    return photo.sha256


def test_ids_are_unguessable_and_nobody_chooses_one() -> None:
    ids = {new_workspace_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(is_workspace_id(name) for name in ids)
    assert not any(
        is_workspace_id(name)
        for name in ("class-7b", "", "a" * 21, "a" * 23, "../../../../etc/passwd!", "a" * 21 + "'")
    )


def test_a_workspace_starts_on_the_shipped_run_without_edits(store: Store, workspace: str) -> None:
    ask(store, workspace, 99)
    assert active_run(store, workspace) == SHIPPED
    assert view_of(store, workspace).last_edit == 0
    assert filed_photos(store, workspace) == set()


def test_looking_leaves_no_row(store: Store, workspace: str) -> None:
    assert asked_photos(store, workspace) == []
    with store.writing() as session:
        assert session.get(WorkspaceRow, workspace) is None


def test_a_told_photo_joins_train_in_this_workspace_only(store: Store, workspace: str) -> None:
    photo = own_photo(store, 100)
    label_photo(store, workspace, photo, "tree")
    mine = find_dataset(store, STARTER, workspace=workspace)
    assert [
        (labelled.label, labelled.split) for labelled in mine.photos if labelled.photo == photo
    ] == [("tree", "train")]
    assert mine.fingerprint != find_dataset(store, STARTER).fingerprint
    assert find_dataset(store, STARTER, workspace=new_workspace_id()).label_of(photo) is None


def test_telling_again_counts_and_every_edit_is_kept(store: Store, workspace: str) -> None:
    photo = own_photo(store, 101)
    for label in ("tree", "cactus"):
        label_photo(store, workspace, photo, label)
    assert find_dataset(store, STARTER, workspace=workspace).label_of(photo) == "cactus"
    revert_edits(store, workspace, photo)
    assert (
        find_dataset(store, STARTER, workspace=workspace).fingerprint
        == find_dataset(store, STARTER).fingerprint
    )
    with store.writing() as session:
        edits = session.scalars(
            select(EditRow).where(EditRow.workspace == workspace).order_by(EditRow.id)
        )
        added = [("add", "tree"), ("add", "cactus")]
        assert [(edit.action, edit.label) for edit in edits] == [
            *added,
            ("undo", None),
            ("undo", None),
        ]


def test_a_photo_of_the_starter_set_is_relabelled_in_its_split_and_back(
    store: Store, workspace: str
) -> None:
    labelled = next(
        labelled
        for labelled in find_dataset(store, STARTER).photos
        if (labelled.split, labelled.label) == ("valid", "tree")
    )
    label_photo(store, workspace, labelled.photo, "cactus")
    changed = find_dataset(store, STARTER, workspace=workspace)
    assert [(row.label, row.split) for row in changed.photos if row.photo == labelled.photo] == [
        ("cactus", "valid")
    ]
    revert_edits(store, workspace, labelled.photo)
    assert find_dataset(store, STARTER, workspace=workspace).label_of(labelled.photo) == "tree"


def test_the_test_split_is_never_touched(store: Store, workspace: str) -> None:
    with pytest.raises(InvalidRequest, match="test split"):
        label_photo(store, workspace, starter_examples(store)["tree"][0], "cactus")
    assert view_of(store, workspace).last_edit == 0


def test_a_class_that_is_not_there_is_refused(store: Store, workspace: str) -> None:
    with pytest.raises(NotFound, match="no class bush"):
        label_photo(store, workspace, own_photo(store, 102), "bush")


def test_taking_back_what_was_never_told_is_no_edit(store: Store, workspace: str) -> None:
    revert_edits(store, workspace, starter_examples(store)["tree"][0])
    assert view_of(store, workspace).last_edit == 0


def test_the_newest_photo_comes_first_and_asking_again_moves_it_up(
    store: Store, workspace: str
) -> None:
    first, second = ask(store, workspace, 103, "one.jpg"), ask(store, workspace, 104, "two.jpg")
    ask(store, workspace, 103, "again.jpg")
    assert [(row.photo, row.name) for row in asked_photos(store, workspace)] == [
        (first, "again.jpg"),
        (second, "two.jpg"),
    ]


def test_beyond_sixty_the_oldest_is_destroyed_unless_it_is_filed(
    store: Store, workspace: str
) -> None:
    photos = [ask(store, workspace, 200), ask(store, workspace, 201)]
    label_photo(store, workspace, photos[0], "tree")
    photos += [ask(store, workspace, 202 + number) for number in range(MAX_ASKED)]
    assert [row.photo for row in asked_photos(store, workspace)] == [*photos[:1:-1], photos[0]]
    assert read_photo(store, photos[0])
    with pytest.raises(NotFound):
        read_photo(store, photos[1])


def test_forgetting_spares_what_a_dataset_or_another_visitor_uses(
    store: Store, workspace: str
) -> None:
    other = new_workspace_id()
    labelled, shared, loose = (
        ask(store, workspace, 300),
        ask(store, workspace, 301),
        ask(store, workspace, 302),
    )
    starter = starter_examples(store)["tree"][0]
    ask_about(store, workspace, open_photo(read_photo(store, starter)), "starter.jpg")
    ask(store, other, 301)
    label_photo(store, workspace, labelled, "tree")
    forget_loose(store, workspace)
    assert [row.photo for row in asked_photos(store, workspace)] == [labelled]
    assert [row.photo for row in asked_photos(store, other)] == [shared]
    assert all(read_photo(store, photo) for photo in (labelled, shared, starter))
    with pytest.raises(NotFound):
        read_photo(store, loose)


def test_a_photo_told_and_taken_back_can_be_destroyed_and_asked_about_again(
    store: Store, workspace: str
) -> None:
    photo = ask(store, workspace, 310)
    label_photo(store, workspace, photo, "tree")
    revert_edits(store, workspace, photo)
    forget_loose(store, workspace)
    with pytest.raises(NotFound):
        read_photo(store, photo)
    assert ask(store, workspace, 310) == photo
    assert read_photo(store, photo)


def test_one_forgets_while_another_asks_about_the_same_photo(store: Store) -> None:
    photo = open_photo(encoded(picture(seed=320)))

    def visit(number: int) -> None:
        visitor = new_workspace_id()
        ask_about(store, visitor, photo, "same.jpg")
        if number % 2:
            forget_loose(store, visitor)
        else:
            assert read_photo(store, photo.sha256)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(visit, range(40)))
    assert read_photo(store, photo.sha256)


def test_telling_about_a_photo_that_another_tab_removed_is_a_sentence(
    store: Store, workspace: str
) -> None:
    photo = ask(store, workspace, 330)
    forget_loose(store, workspace)
    with pytest.raises(NotFound, match="somebody removed it"):
        label_photo(store, workspace, photo, "tree")
