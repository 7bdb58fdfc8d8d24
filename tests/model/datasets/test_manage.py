"""A visitor's own datasets.

Who sees what, what belongs to which, what is kept and what is destroyed, and that all is noticed.
"""

from collections.abc import Callable

import pytest
from sqlalchemy import delete, select, update

from model.catalogue.dataset import example_photos, find_dataset
from model.catalogue.edits import DELETE, KEEP, RELABEL
from model.catalogue.origins import Origin, origins
from model.catalogue.schema import AskedRow, FeatureRow, FingerprintRow, LabelRow, PhotoRow, RunRow
from model.catalogue.starter import CLASSES, STARTER, starter_examples
from model.catalogue.store import Store, has_file, read_photo
from model.catalogue.workspaces import (
    ask_about,
    asked_photos,
    dataset_name,
    filed_photos,
    forget_loose,
    new_workspace_id,
    view_of,
)
from model.cleaning.decisions import Decision, decide, history, label_photo, redo, undo
from model.datasets.class_names import MAX_CLASSES
from model.datasets.manage import (
    MAX_DATASETS,
    MAX_TITLE,
    check_classes,
    choose_dataset,
    copy_dataset,
    create_dataset,
    datasets_of,
    delete_dataset,
    extend_classes,
    remove_class,
    remove_photos,
    rename_class,
    rename_dataset,
)
from model.errors import CannotTrain, InvalidRequest, NotFound, QuotaReached
from model.photos.image import open_photo
from model.photos.photo_id import PhotoId
from model.runs.listing import activate_run, active_run, delete_run, runs_of
from model.runs.run import SHIPPED
from model.runs.settings import HeadSettings
from model.training.head_run import train_head_run
from model.training.request import TrainRequest
from tests.model.datasets.arriving import arriving, bring, data_of, name_of, note_run_of, pets

Change = Callable[[Store, str, str], object]

CHANGES: dict[str, Change] = {
    "rename it": lambda store, workspace, name: rename_dataset(store, workspace, name, "Mine now"),
    "delete it": delete_dataset,
    "add a class": lambda store, workspace, name: extend_classes(store, workspace, name, "fox"),
    "remove a class": lambda store, workspace, name: remove_class(store, workspace, name, "cat"),
    "rename a class": lambda store, workspace, name: rename_class(
        store, workspace, name, "cat", "fox"
    ),
    "remove photos": lambda store, workspace, name: remove_photos(
        store, workspace, name, [name_of(0)]
    ),
    "add photos": lambda store, workspace, name: bring(
        store, name, [arriving(90, "cat")], workspace
    ),
}


def other() -> str:
    """Another visitor's."""
    return new_workspace_id()


def decided(store: Store, workspace: str) -> list[tuple[PhotoId, str]]:
    return [(edit.photo, edit.action) for edit in history(store, workspace).standing.values()]


def offered(store: Store, workspace: str) -> list[str]:
    return [entry.id for entry in runs_of(store, workspace)]


def first_train(store: Store, name: str, label: str = "cat") -> PhotoId:
    """A photo of a class that may be edited."""
    return next(
        one.photo
        for one in find_dataset(store, name).photos
        if (one.label, one.split) == (label, "train")
    )


def forget_asked(store: Store) -> None:
    """Nobody asks about any photo any more: what was told is known by its edit only."""
    with store.writing() as session:
        session.execute(delete(AskedRow))


def is_there(store: Store, photo: PhotoId) -> bool:
    """Whether anything at all is left of a photo."""
    with store.reading() as session:
        kept = [session.scalars(select(PhotoRow.sha256).where(PhotoRow.sha256 == photo)).first()]
        kept += [
            session.scalars(select(table.photo).where(table.photo == photo)).first()
            for table in (FingerprintRow, FeatureRow)
        ]
    return has_file(store, photo) or any(kept)


def test_a_workspace_sees_everybodys_datasets_and_its_own(
    bare_store: Store, workspace: str
) -> None:
    theirs, mine = pets(bare_store, other()), pets(bare_store, workspace, title="My pets")
    create_dataset(bare_store, "The school's", ["oak", "elm"], name="school")
    seen = datasets_of(bare_store, workspace)
    assert [(one.name, one.own) for one in seen] == [
        (STARTER, False),
        ("school", False),
        (mine, True),
    ]
    assert (seen[2].title, seen[2].classes, seen[2].photos) == ("My pets", ("cat", "dog"), 8)
    assert seen[2].bytes == sum(len(data_of(seed)) for seed in range(8))
    assert {one.name for one in datasets_of(bare_store, None)} == {STARTER, "school", mine, theirs}


def test_the_names_of_own_datasets_cannot_be_guessed(bare_store: Store) -> None:
    names = {create_dataset(bare_store, "Pets!", ["cat"], owner=other()) for _ in range(20)}
    assert len(names) == 20
    assert all(name.startswith("pets-") for name in names)


@pytest.mark.parametrize("whose", ["another's", "everybody's", "the starter set"])
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_is_not_ones_own_cannot_be_changed(
    bare_store: Store, workspace: str, whose: str, change: Change
) -> None:
    owner = {"another's": other(), "everybody's": None, "the starter set": None}[whose]
    name = STARTER if whose == "the starter set" else pets(bare_store, owner)
    before = find_dataset(bare_store, name)
    with pytest.raises(InvalidRequest, match="stays as it is"):
        change(bare_store, workspace, name)
    assert find_dataset(bare_store, name) == before
    assert not is_there(bare_store, name_of(90))


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_is_gone_cannot_be_changed(bare_store: Store, workspace: str, change: Change) -> None:
    with pytest.raises(NotFound, match="no longer here"):
        change(bare_store, workspace, "gone")


def test_another_visitors_dataset_cannot_be_chosen_or_copied_by_its_name(
    bare_store: Store, workspace: str
) -> None:
    theirs = pets(bare_store, other())
    with pytest.raises(NotFound, match="no longer here"):
        choose_dataset(bare_store, workspace, theirs)
    with pytest.raises(NotFound, match="no longer here"):
        copy_dataset(bare_store, workspace, find_dataset(bare_store, theirs), "Mine")
    assert dataset_name(bare_store, workspace) == STARTER
    assert [one.name for one in datasets_of(bare_store, workspace)] == [STARTER]


def test_a_new_dataset_is_worked_on_at_once_and_everybodys_can_be_chosen(
    bare_store: Store, workspace: str
) -> None:
    mine, shared = pets(bare_store, workspace), pets(bare_store, None, first=20)
    assert dataset_name(bare_store, workspace) == mine
    choose_dataset(bare_store, workspace, shared)
    assert dataset_name(bare_store, workspace) == shared
    assert dataset_name(bare_store, other()) == STARTER


def test_edits_and_undo_belong_to_one_dataset_and_come_back_with_it(
    bare_store: Store, workspace: str
) -> None:
    one = pets(bare_store, workspace)
    two = pets(bare_store, workspace, title="The same again")  # The very same photos
    cat, dog = (find_dataset(bare_store, one).photos[number].photo for number in (0, 7))
    with bare_store.writing() as session:
        session.execute(update(LabelRow).values(split="train"))
    choose_dataset(bare_store, workspace, one)
    decide(bare_store, workspace, [Decision(cat, DELETE)])
    choose_dataset(bare_store, workspace, two)
    assert decided(bare_store, workspace) == []
    assert view_of(bare_store, workspace).last_edit == 0
    assert history(bare_store, workspace).undoable is None
    undo(bare_store, workspace, 1)  # As an old page's button would
    decide(bare_store, workspace, [Decision(dog, RELABEL, "cat")])
    choose_dataset(bare_store, workspace, one)
    assert decided(bare_store, workspace) == [(cat, DELETE)]
    undo(bare_store, workspace, 1)
    assert decided(bare_store, workspace) == []
    redo(bare_store, workspace, 1)
    assert find_dataset(bare_store, one, workspace=workspace).label_of(cat) is None
    assert find_dataset(bare_store, one, workspace=workspace).label_of(dog) == "dog"
    assert find_dataset(bare_store, two, workspace=workspace).label_of(dog) == "cat"


def test_two_workspaces_on_one_dataset_do_not_see_each_others_edits(
    bare_store: Store, workspace: str
) -> None:
    shared, neighbour = pets(bare_store, None), other()
    photo = first_train(bare_store, shared)
    for visitor in (workspace, neighbour):
        choose_dataset(bare_store, visitor, shared)
    before = view_of(bare_store, neighbour)
    decide(bare_store, workspace, [Decision(photo, DELETE)])
    assert decided(bare_store, neighbour) == []
    assert view_of(bare_store, neighbour) == before
    assert find_dataset(bare_store, shared, workspace=neighbour).label_of(photo)
    assert find_dataset(bare_store, shared, workspace=workspace).label_of(photo) is None


def test_a_photo_filed_in_another_dataset_is_not_loose(bare_store: Store, workspace: str) -> None:
    pets(bare_store, workspace)
    ask_about(bare_store, workspace, open_photo(data_of(50)), "my cat.jpg")
    label_photo(bare_store, workspace, name_of(50), "cat")
    mine = dataset_name(bare_store, workspace)
    choose_dataset(bare_store, workspace, STARTER)
    assert filed_photos(bare_store, workspace) == set()
    forget_loose(bare_store, workspace)
    assert [asked.name for asked in asked_photos(bare_store, workspace)] == ["my cat.jpg"]
    told = find_dataset(bare_store, mine, workspace=workspace).find(name_of(50))
    assert told is not None
    assert told.file == "my cat.jpg"


def test_a_run_is_offered_on_its_own_dataset_only(bare_store: Store, workspace: str) -> None:
    one, two = pets(bare_store, workspace), pets(bare_store, workspace, first=20)
    note_run_of(bare_store, workspace, one, "run-one")
    note_run_of(bare_store, other(), two, "theirs")
    assert offered(bare_store, workspace) == []
    assert active_run(bare_store, workspace) is None
    for run in ("run-one", "theirs", SHIPPED):
        with pytest.raises(NotFound, match="run is no longer here"):
            activate_run(bare_store, workspace, run)
    choose_dataset(bare_store, workspace, one)
    assert offered(bare_store, workspace) == ["run-one"]


def test_the_first_run_on_an_own_dataset_is_put_to_work_and_later_ones_are_not(
    bare_store: Store, workspace: str
) -> None:
    name = pets(bare_store, workspace)
    note_run_of(bare_store, workspace, name, "first")
    assert active_run(bare_store, workspace) == "first"
    note_run_of(bare_store, workspace, name, "second")
    assert offered(bare_store, workspace) == ["second", "first"]
    assert active_run(bare_store, workspace) == "first"
    activate_run(bare_store, workspace, "second")
    assert active_run(bare_store, workspace) == "second"
    delete_run(bare_store, workspace, "second")
    assert active_run(bare_store, workspace) == "first"


def test_on_the_starter_set_the_first_run_is_not_put_to_work(
    bare_store: Store, workspace: str
) -> None:
    note_run_of(bare_store, workspace, STARTER, "mine")
    assert active_run(bare_store, workspace) == SHIPPED
    assert offered(bare_store, workspace) == ["mine", SHIPPED]


def test_the_active_run_comes_back_with_its_dataset(bare_store: Store, workspace: str) -> None:
    one, two = pets(bare_store, workspace), pets(bare_store, workspace, first=20)
    for name, runs in ((one, ("one-a", "one-b")), (two, ("two-a", "two-b"))):
        for run in runs:
            note_run_of(bare_store, workspace, name, run)
        choose_dataset(bare_store, workspace, name)
        activate_run(bare_store, workspace, runs[1])
    choose_dataset(bare_store, workspace, one)
    assert active_run(bare_store, workspace) == "one-b"
    choose_dataset(bare_store, workspace, two)
    assert active_run(bare_store, workspace) == "two-b"


def test_the_shipped_run_is_offered_where_the_classes_agree_only(
    bare_store: Store, workspace: str
) -> None:
    name = create_dataset(bare_store, "Plants", CLASSES, owner=workspace)
    assert offered(bare_store, workspace) == [SHIPPED]
    activate_run(bare_store, workspace, SHIPPED)
    assert active_run(bare_store, workspace) == SHIPPED
    extend_classes(bare_store, workspace, name, "fern")
    assert offered(bare_store, workspace) == []
    assert active_run(bare_store, workspace) is None
    create_dataset(bare_store, "The other way round", CLASSES[::-1], owner=workspace)
    assert active_run(bare_store, workspace) is None


def test_training_on_an_own_dataset_puts_its_run_to_work(bare_store: Store, workspace: str) -> None:
    name = pets(bare_store, workspace)
    dataset = find_dataset(bare_store, name, workspace=workspace)
    run = train_head_run(
        bare_store, TrainRequest(dataset, settings=HeadSettings(epochs=1), workspace=workspace)
    )
    assert run.card.classes == ("cat", "dog")
    assert active_run(bare_store, workspace) == run.card.id


def test_one_class_can_be_filled_but_not_trained_on(bare_store: Store, workspace: str) -> None:
    name = create_dataset(bare_store, "Cats", ["cat"], owner=workspace)
    bring(bare_store, name, [arriving(seed, "cat") for seed in range(8)], workspace)
    with pytest.raises(CannotTrain, match="only one class"):
        train_head_run(
            bare_store, TrainRequest(find_dataset(bare_store, name), workspace=workspace)
        )


def test_a_copy_is_the_dataset_as_it_was_edited(store: Store, workspace: str) -> None:
    kept, moved, gone = [
        one.photo for one in find_dataset(store, STARTER).photos if one.split == "train"
    ][:3]
    ask_about(store, workspace, open_photo(data_of(7000)), "told.jpg")
    label_photo(store, workspace, name_of(7000), "tree")
    label = "tree" if find_dataset(store, STARTER).label_of(moved) == "cactus" else "cactus"
    decide(
        store,
        workspace,
        [Decision(kept, KEEP), Decision(moved, RELABEL, label), Decision(gone, DELETE)],
    )
    seen = find_dataset(store, STARTER, workspace=workspace)
    name = copy_dataset(store, workspace, seen, "My starter")
    copy = find_dataset(store, name, workspace=workspace)
    assert dataset_name(store, workspace) == name
    assert (copy.title, copy.edits, copy.fingerprint) == ("My starter", 0, seen.fingerprint)
    assert copy.label_of(moved) == find_dataset(store, name).label_of(moved) == label
    assert copy.label_of(gone) is None
    assert decided(store, workspace) == []
    known = origins(store, copy.id)
    assert known[moved] == origins(store, seen.id)[moved] != Origin()
    assert known[name_of(7000)] == Origin()
    assert offered(store, workspace) == [SHIPPED]
    assert find_dataset(store, STARTER, workspace=workspace) == seen


def test_removing_photos_from_a_copy_leaves_the_original(bare_store: Store, workspace: str) -> None:
    one = pets(bare_store, workspace)
    two = copy_dataset(bare_store, workspace, find_dataset(bare_store, one), "Copy")
    decide(bare_store, workspace, [Decision(first_train(bare_store, two), KEEP)])
    remove_photos(
        bare_store, workspace, two, [one.photo for one in find_dataset(bare_store, two).photos]
    )
    assert find_dataset(bare_store, two).photos == ()
    assert decided(bare_store, workspace) == []
    assert len(find_dataset(bare_store, one).photos) == 8
    assert all(read_photo(bare_store, name_of(seed)) for seed in range(8))


def test_renaming_a_class_moves_labels_and_edits(bare_store: Store, workspace: str) -> None:
    name = pets(bare_store, workspace)
    dog = first_train(bare_store, name, "dog")
    decide(bare_store, workspace, [Decision(dog, RELABEL, "cat")])
    rename_class(bare_store, workspace, name, "cat", "  wild\ncat ")
    seen = find_dataset(bare_store, name, workspace=workspace)
    assert seen.classes == ("wild cat", "dog")
    assert seen.label_of(dog) == "wild cat"
    assert {one.label for one in seen.photos} == {"wild cat", "dog"}
    rename_class(bare_store, workspace, name, "wild cat", "Wild Cat")  # Only its case
    assert find_dataset(bare_store, name, workspace=workspace).classes == ("Wild Cat", "dog")


@pytest.mark.parametrize("new", ["dog", "DOG", " dog. ", "", " / ", "\u200b"])
def test_a_class_cannot_have_no_name_or_anothers(
    bare_store: Store, workspace: str, new: str
) -> None:
    name = pets(bare_store, workspace)
    with pytest.raises(InvalidRequest, match="cannot be the name"):
        rename_class(bare_store, workspace, name, "cat", new)
    assert find_dataset(bare_store, name).classes == ("cat", "dog")


def test_removing_a_class_takes_its_photos_and_what_was_moved_there_returns(
    bare_store: Store, workspace: str
) -> None:
    name = pets(bare_store, workspace)
    extend_classes(bare_store, workspace, name, "fox")
    bring(bare_store, name, [arriving(seed, "fox") for seed in range(30, 34)], workspace)
    ask_about(bare_store, workspace, open_photo(data_of(40)), "told.jpg")
    label_photo(bare_store, workspace, name_of(40), "fox")
    cat, dog, fox = (first_train(bare_store, name, label) for label in ("cat", "dog", "fox"))
    decide(
        bare_store,
        workspace,
        [Decision(cat, RELABEL, "fox"), Decision(dog, RELABEL, "cat"), Decision(fox, KEEP)],
    )
    forget_asked(bare_store)
    remove_class(bare_store, workspace, name, "fox")
    after = find_dataset(bare_store, name, workspace=workspace)
    assert after.classes == ("cat", "dog")
    assert (after.label_of(cat), after.label_of(dog)) == ("cat", "cat")
    assert len(after.photos) == 8
    assert decided(bare_store, workspace) == [(dog, RELABEL)]
    assert not any(is_there(bare_store, name_of(seed)) for seed in (30, 31, 32, 33, 40))


def test_two_classes_are_the_least_that_stay(bare_store: Store, workspace: str) -> None:
    name = pets(bare_store, workspace)
    with pytest.raises(InvalidRequest, match="2 to 20 classes"):
        remove_class(bare_store, workspace, name, "cat")
    assert len(find_dataset(bare_store, name).photos) == 8


def test_twenty_classes_are_the_most(bare_store: Store, workspace: str) -> None:
    name = create_dataset(
        bare_store, "Many", [f"class {number}" for number in range(MAX_CLASSES)], owner=workspace
    )
    extend_classes(bare_store, workspace, name, "CLASS 3")  # It is there.
    with pytest.raises(InvalidRequest, match="these are 21"):
        extend_classes(bare_store, workspace, name, "one more")
    with pytest.raises(InvalidRequest, match="these are 21"):
        create_dataset(
            bare_store, "More", [str(number) for number in range(MAX_CLASSES + 1)], owner=workspace
        )
    assert len(find_dataset(bare_store, name).classes) == MAX_CLASSES


def test_names_that_differ_in_case_only_are_one_class() -> None:
    assert check_classes(["Cat", "dog", "CAT", " cat "]) == ("Cat", "dog")
    with pytest.raises(InvalidRequest, match="these are 1"):
        check_classes(["Cat", "cat", ""])


def test_a_dataset_needs_a_title_of_bearable_length(bare_store: Store, workspace: str) -> None:
    name = create_dataset(bare_store, "x" * 1000, ["cat"], owner=workspace)
    assert find_dataset(bare_store, name).title == "x" * MAX_TITLE
    rename_dataset(bare_store, workspace, name, " two\n words ")
    assert find_dataset(bare_store, name).title == "two words"
    for nothing in ("", " \n "):
        with pytest.raises(InvalidRequest, match="needs a name"):
            rename_dataset(bare_store, workspace, name, nothing)
        with pytest.raises(InvalidRequest, match="needs a name"):
            create_dataset(bare_store, nothing, ["cat"], owner=workspace)


def test_twenty_datasets_are_the_most_of_one_workspace(bare_store: Store, workspace: str) -> None:
    names = [
        create_dataset(bare_store, "One more", ["cat"], owner=workspace)
        for _ in range(MAX_DATASETS)
    ]
    with pytest.raises(QuotaReached, match="20 datasets at the most"):
        create_dataset(bare_store, "Too many", ["cat"], owner=workspace)
    with pytest.raises(QuotaReached, match="20 datasets at the most"):
        copy_dataset(bare_store, workspace, find_dataset(bare_store, STARTER), "Too many")
    assert create_dataset(bare_store, "Another's", ["cat"], owner=other())
    delete_dataset(bare_store, workspace, names[0])
    assert create_dataset(bare_store, "Room again", ["cat"], owner=workspace)


def test_a_name_can_be_had_once(bare_store: Store) -> None:
    create_dataset(bare_store, "School", ["oak"], name="school")
    for name in ("school", STARTER):
        with pytest.raises(InvalidRequest, match=f"dataset {name} already"):
            create_dataset(bare_store, "School", ["oak"], name=name)


def test_deleting_a_dataset_destroys_its_runs_and_the_photos_that_nobody_else_needs(
    store: Store, workspace: str
) -> None:
    neighbour, name = other(), pets(store, workspace, first=7100)
    starter = starter_examples(store)["tree"][0]
    bring(
        store,
        name,
        [arriving(0, "cat", data=read_photo(store, starter)), arriving(7109, "cat")],
        workspace,
    )
    bring(store, pets(store, neighbour, first=7110), [arriving(7100, "dog")], neighbour)
    ask_about(store, neighbour, open_photo(data_of(7101)), "asked.jpg")
    ask_about(store, workspace, open_photo(data_of(7120)), "told.jpg")
    label_photo(store, workspace, name_of(7120), "cat")
    folder, others = (
        note_run_of(store, workspace, name, "doomed"),
        note_run_of(store, workspace, STARTER, "spared"),
    )
    activate_run(store, workspace, "doomed")
    delete_dataset(store, workspace, name)
    assert (folder.exists(), others.exists()) == (False, True)
    assert dataset_name(store, workspace) == STARTER
    assert active_run(store, workspace) == SHIPPED
    assert all(
        read_photo(store, photo) for photo in (starter, name_of(7100), name_of(7101), name_of(7120))
    )
    assert not any(is_there(store, name_of(seed)) for seed in (*range(7102, 7108), 7109))
    with store.reading() as session:
        assert session.get(RunRow, "doomed") is None
    with pytest.raises(NotFound, match="no dataset"):
        find_dataset(store, name)


def test_a_dataset_in_the_place_of_a_deleted_one_inherits_nothing(
    bare_store: Store, workspace: str
) -> None:
    name = pets(bare_store, workspace)
    note_run_of(bare_store, workspace, name, "doomed")
    activate_run(bare_store, workspace, "doomed")
    decide(bare_store, workspace, [Decision(first_train(bare_store, name), KEEP)])
    delete_dataset(bare_store, workspace, name)
    pets(bare_store, workspace)
    assert decided(bare_store, workspace) == []
    assert (offered(bare_store, workspace), active_run(bare_store, workspace)) == ([], None)


def test_a_photo_that_its_visitor_may_bring_back_outlives_another_dataset(
    bare_store: Store, workspace: str
) -> None:
    neighbour, shared = other(), pets(bare_store, None)
    choose_dataset(bare_store, neighbour, shared)
    name = create_dataset(bare_store, "Mine", ["cat", "dog"], owner=workspace)
    bring(bare_store, name, [arriving(60, "cat")], workspace)
    ask_about(bare_store, neighbour, open_photo(data_of(60)), "x.jpg")
    label_photo(bare_store, neighbour, name_of(60), "cat")
    forget_asked(bare_store)
    delete_dataset(bare_store, workspace, name)
    assert read_photo(bare_store, name_of(60))


def test_a_told_photo_goes_with_the_dataset_that_alone_needs_it(
    bare_store: Store, workspace: str
) -> None:
    name = pets(bare_store, workspace)
    ask_about(bare_store, workspace, open_photo(data_of(60)), "x.jpg")
    label_photo(bare_store, workspace, name_of(60), "cat")
    forget_asked(bare_store)
    delete_dataset(bare_store, workspace, name)
    assert not is_there(bare_store, name_of(60))


def test_every_change_gives_a_view_that_was_never_there_before(
    bare_store: Store, workspace: str
) -> None:
    name = pets(bare_store, workspace)
    cats = [
        one.photo
        for one in find_dataset(bare_store, name).photos
        if (one.label, one.split) == ("cat", "train")
    ]
    changes: list[Callable[[], object]] = [
        lambda: rename_dataset(bare_store, workspace, name, "Beasts"),
        lambda: extend_classes(bare_store, workspace, name, "fox"),
        lambda: bring(bare_store, name, [arriving(30, "fox")], workspace),
        lambda: decide(bare_store, workspace, [Decision(cats[0], RELABEL, "fox")]),
        lambda: undo(bare_store, workspace, 1),
        lambda: redo(bare_store, workspace, 1),
        lambda: rename_class(bare_store, workspace, name, "fox", "red fox"),
        lambda: remove_class(bare_store, workspace, name, "red fox"),
        lambda: decide(bare_store, workspace, [Decision(cats[1], DELETE)]),
        lambda: remove_photos(bare_store, workspace, name, [cats[1]]),
        lambda: decide(bare_store, workspace, [Decision(cats[0], DELETE)]),
        lambda: copy_dataset(
            bare_store, workspace, find_dataset(bare_store, name, workspace=workspace), "Copy"
        ),
        lambda: choose_dataset(bare_store, workspace, STARTER),
    ]
    views, seen = (
        [view_of(bare_store, workspace)],
        [find_dataset(bare_store, name, workspace=workspace)],
    )
    for change in changes:
        change()
        views.append(view_of(bare_store, workspace))
        seen.append(find_dataset(bare_store, views[-1].dataset, workspace=workspace))
        assert seen[-1] != seen[-2]
    assert len(set(views)) == len(views)


def test_extending_by_classes_that_are_there_changes_nothing(
    bare_store: Store, workspace: str
) -> None:
    name = pets(bare_store, workspace)
    before = view_of(bare_store, workspace)
    extend_classes(bare_store, workspace, name, "dog", "CAT")
    assert view_of(bare_store, workspace) == before


def test_examples_are_of_each_class_and_of_test_first(bare_store: Store, workspace: str) -> None:
    name = create_dataset(bare_store, "Pets", ["dog", "cat", "fox"], owner=workspace)
    coming = [
        arriving(seed, "cat", split)
        for seed, split in enumerate(("train", "valid", "train", "test", "test"))
    ]
    bring(bare_store, name, [*coming, arriving(9, "dog", "train")], workspace)
    shown = example_photos(find_dataset(bare_store, name))
    assert shown == {"dog": [name_of(9)], "cat": [name_of(3), name_of(4), name_of(1)], "fox": []}


def test_an_empty_dataset_can_be_copied(store: Store, workspace: str) -> None:
    name = create_dataset(store, "Empty", ("a", "b"), owner=workspace)
    empty = find_dataset(store, name, workspace=workspace)
    copied = find_dataset(
        store, copy_dataset(store, workspace, empty, "Another"), workspace=workspace
    )
    assert (copied.classes, copied.photos) == (("a", "b"), ())
