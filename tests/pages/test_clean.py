"""Clean: judge, say why, undo, copies, before and after, the score, the ten highest losses."""

import csv

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from model.catalogue.dataset import find_dataset
from model.catalogue.edits import DELETE, KEEP, NOTE, RELABEL
from model.catalogue.starter import FOLDER, STARTER
from model.catalogue.store import Store
from model.catalogue.workspaces import dataset_name, new_workspace_id
from model.cleaning.decisions import Decision, decide, history, label_photo, revert_edits
from model.cleaning.decisions_file import edits_as_csv
from model.cleaning.suspects import Suspects, find_suspects
from model.evaluation.top_losses import ranked
from model.photos.image import open_photo
from model.photos.photo_id import PhotoId
from model.runs.listing import RunEntry, active_run, runs_of
from model.runs.run import SHIPPED, load_run, run_folder
from tests.conftest import encoded, fabricate, picture, put_photo
from tests.pages.conftest import open_page, parameter, text
from tests.starter_set import IN_SPLIT, TO_CLEAN, WRONG_LABELS


def clean(workspace: str, **parameters: str) -> AppTest:
    """Open the page by a link."""
    return open_page("clean", workspace, **parameters)


@pytest.fixture(scope="module")
def suspects(store: Store) -> Suspects:
    """What deserves a second look in the starter set."""
    return find_suspects(store, load_run(run_folder(store, SHIPPED)))


def last(store: Store, workspace: str, photo: PhotoId) -> tuple[str, str | None, str]:
    """What counts for a photo: action, label, reason."""
    edit = history(store, workspace).standing[photo]
    return edit.action, edit.label, edit.reason


def pressed(app: AppTest, label: str) -> AppTest:
    """Press the button that says so."""
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def test_the_first_look_points_at_the_most_suspicious_label(
    workspace: str, suspects: Suspects
) -> None:
    app = clean(workspace)
    doubt = suspects.doubts[suspects.wrong_labels[0]]
    assert "The label is doubtful" in text(app)
    advised = [button.label for button in app.button if button.proto.type == "primary"]
    assert advised == [doubt.suggestion]
    assert app.button(key="clean_retrain").disabled
    assert not app.warning


def test_what_is_only_hard_to_tell_is_kept_unless_the_visitor_says_otherwise(
    workspace: str, suspects: Suspects
) -> None:
    fit = (
        doubt
        for doubt in suspects.doubts.values()
        if doubt.suggestion != doubt.label and not doubt.is_label_issue
    )
    app = clean(
        workspace,
        find="All",
        card=next(doubt.photo for doubt in fit if doubt.photo not in suspects.bad_photos),
    )
    assert "Hard to tell" in text(app)
    assert [button.label for button in app.button if button.proto.type == "primary"] == ["Keep"]


def test_a_decision_is_stored_at_once_and_the_next_photo_comes(
    store: Store, workspace: str, suspects: Suspects
) -> None:
    first, second = (suspects.doubts[photo] for photo in suspects.wrong_labels[:2])
    app = pressed(clean(workspace), first.suggestion)
    assert last(store, workspace, first.photo) == (RELABEL, first.suggestion, "")
    assert parameter(app, "card") == second.photo
    pressed(app, "Delete")
    assert last(store, workspace, second.photo) == (DELETE, None, "")
    again = clean(workspace)  # Another tab, or after a restart.
    assert again.button(key="clean_retrain").label == "Retrain with 2 changes"
    pressed(again, "Undo")
    assert second.photo not in history(store, workspace).standing
    assert parameter(again, "card") == second.photo
    pressed(again, "Redo")
    assert last(store, workspace, second.photo) == (DELETE, None, "")


def test_a_reason_is_a_note_until_something_is_decided(
    store: Store, workspace: str, suspects: Suspects
) -> None:
    photo = suspects.wrong_labels[0]
    app = clean(workspace)
    app.pills(key=f"clean_why_{photo}_").set_value("two things").run()
    assert last(store, workspace, photo) == (NOTE, None, "two things")
    pressed(app, "Keep")
    assert last(store, workspace, photo) == (KEEP, suspects.doubts[photo].label, "two things")
    app = clean(workspace, card=photo)
    app.text_input(key=f"clean_words_{photo}_two things").set_value("*quite* sure <b>").run()
    assert last(store, workspace, photo) == (KEEP, suspects.doubts[photo].label, "*quite* sure <b>")
    assert r"\*quite\* sure" in text(app)


@pytest.mark.parametrize(
    "order", ["most suspicious", "highest loss", "least certain", "newest", "random"]
)
def test_every_order_shows_every_photo_that_fits(workspace: str, store: Store, order: str) -> None:
    app = clean(workspace, find="All", order=order, part="Validation", **{"class": "tree"})
    dataset = find_dataset(store, STARTER)
    there = [
        labelled
        for labelled in dataset.photos
        if (labelled.split, labelled.label) == ("valid", "tree")
    ]
    assert f"Photo 1 of {len(there)}" in app.get("progress")[0].proto.text


def test_the_highest_loss_comes_first(workspace: str, store: Store) -> None:
    app = clean(workspace, find="All", order="highest loss", part="Validation")
    valid = load_run(run_folder(store, SHIPPED)).evaluation.for_split("valid")
    assert f"loss {valid.losses[ranked(valid)[0]]:.2f}" in text(app)


def test_test_photos_are_never_offered(workspace: str, store: Store) -> None:
    test_photo = next(
        labelled.photo
        for labelled in find_dataset(store, STARTER).photos
        if labelled.split == "test"
    )
    app = clean(workspace, find="All", card=test_photo)
    assert f"Photo 1 of {TO_CLEAN}" in app.get("progress")[0].proto.text


def test_many_are_judged_in_one_step(store: Store, workspace: str, suspects: Suspects) -> None:
    app = clean(workspace, find="Bad photos", many="Many at once")
    app.button(key="clean_all").click().run()
    assert f"{len(suspects.bad_photos)} photos ticked" in text(app)
    pressed(app, "Delete")
    assert len(history(store, workspace).standing) == len(suspects.bad_photos)
    assert "0 photos ticked" in text(app)
    pressed(app, "Undo")
    assert not history(store, workspace).standing


def test_a_leak_is_repaired_with_one_click(
    store: Store, workspace: str, suspects: Suspects
) -> None:
    app = clean(workspace, do="Copies")
    assert f"{len(suspects.twins)} pictures are here more than once" in text(app)
    assert f"{sum(map(suspects.is_leak, suspects.twins))} of them on both sides" in text(app)
    pressed(app, "Delete the train copy")
    [(photo, edit)] = history(store, workspace).standing.items()
    assert edit.action == DELETE
    assert suspects.splits[photo] == "train"
    assert any(photo in group.photos and suspects.is_leak(group) for group in suspects.twins)
    assert "dealt with" in text(app)


def test_retraining_shows_before_and_after_and_the_untouched_test_photos(
    store: Store, workspace: str, suspects: Suspects
) -> None:
    wrong = [suspects.doubts[photo] for photo in suspects.wrong_labels[:12]]
    decide(store, workspace, [Decision(doubt.photo, RELABEL, doubt.suggestion) for doubt in wrong])
    app = clean(workspace)
    app.button(key="clean_retrain").click().run()
    assert not app.exception
    [run] = [entry.id for entry in runs_of(store, workspace) if entry.own]
    assert app.header[0].value.startswith("Validation, under your labels")
    assert "The goalposts moved" in text(app)
    assert f"On the {IN_SPLIT['test']} test photos" in text(app)
    assert active_run(store, workspace) == SHIPPED
    clean(workspace).button(key="clean_retrain").click().run()
    assert (
        len([entry for entry in runs_of(store, workspace) if entry.own]) == 1
    )  # Nothing new to learn.
    app.button(key="clean_use").click().run()
    assert active_run(store, workspace) == run
    assert not app.exception


def test_without_another_run_there_is_no_effect_yet(
    workspace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "pages.shared.visit.runs_of", lambda *_: [RunEntry(SHIPPED, "Shipped head", own=False)]
    )
    assert "Nothing to compare yet" in clean(workspace, do="Effect").info[0].value


def test_a_class_cleaned_away_is_a_sentence(store: Store, workspace: str) -> None:
    trees = [
        one.photo
        for one in find_dataset(store, STARTER).photos
        if (one.split, one.label) == ("train", "tree")
    ]
    decide(store, workspace, [Decision(photo, DELETE) for photo in trees])
    app = clean(workspace)
    assert app.button(key="clean_retrain").disabled
    assert "tree has 0 training photos" in app.warning[0].value
    assert not app.exception


def test_edits_are_listed_taken_back_and_started_over(
    store: Store, workspace: str, suspects: Suspects
) -> None:
    for photo in suspects.wrong_labels[:3]:
        decide(store, workspace, [Decision(photo, DELETE, reason="not a photo")])
    app = clean(workspace, do="Edits")
    assert app.subheader[0].value == "3 decisions"
    assert "deleted: not a photo" in text(app)
    pressed(app, "Take back")
    assert len(history(store, workspace).standing) == 2
    app.button(key="clean_start_over").click().run()
    assert not history(store, workspace).standing
    assert (
        find_dataset(store, STARTER, workspace=workspace).labels
        == find_dataset(store, STARTER).labels
    )


def test_the_score_counts_what_the_key_says_and_hides_what_was_missed(
    store: Store, workspace: str
) -> None:
    with (FOLDER / "photos.csv").open() as table:
        truths = {row["file"]: row["truth"] for row in csv.DictReader(table)}
    wrong = [
        labelled
        for labelled in find_dataset(store, STARTER).photos
        if truths[labelled.file] != labelled.label
    ]
    decide(store, workspace, [Decision(one.photo, RELABEL, truths[one.file]) for one in wrong[:20]])
    app = clean(workspace, do="Edits")
    assert f"of {WRONG_LABELS}" not in str([part.proto.text for part in app.get("progress")])
    app.toggle(key="clean_check").set_value(True).run()
    assert f"Wrong labels: 20 of {WRONG_LABELS} dealt with" in [
        part.proto.text for part in app.get("progress")
    ]
    assert "No right label was broken." in text(app)
    assert "**Wrong labels**" not in text(app)
    app.toggle(key="clean_reveal").set_value(True).run()
    assert "**Wrong labels**" in text(app)


def test_a_table_of_edits_is_brought_back_and_nonsense_is_a_sentence(
    store: Store, workspace: str, suspects: Suspects
) -> None:
    other = new_workspace_id()
    photo = suspects.wrong_labels[0]
    decide(store, other, [Decision(photo, DELETE, reason="wrong class")])
    table = edits_as_csv(history(store, other).standing.values(), find_dataset(store, STARTER))
    app = clean(workspace, do="Edits")
    app.file_uploader(key="clean_bring").set_value([("edits.csv", table, "text/csv")]).run()
    app.button(key="clean_follow").click().run()
    assert last(store, workspace, photo) == (DELETE, None, "wrong class")
    app.file_uploader(key="clean_bring").set_value(
        [("edits.zip", b"PK nonsense", "application/zip")]
    ).run()
    app.button(key="clean_follow").click().run()
    assert "cannot be read" in app.error[0].value
    assert not app.exception


def test_the_ten_highest_losses_are_filled_in(store: Store, workspace: str) -> None:
    valid = load_run(run_folder(store, SHIPPED)).evaluation.for_split("valid")
    worst = valid.photos[ranked(valid)[0]]
    app = clean(workspace, do="Top ten")
    assert (
        len([one for one in app.text_input if (one.key or "").startswith("clean_explain_")]) == 10
    )
    app.text_input(key=f"clean_explain_{worst}_0").set_value("a fir, not a cactus").run()
    assert last(store, workspace, worst)[::2] == (NOTE, "a fir, not a cactus")
    number = history(store, workspace).standing[worst].id
    app.pills(key=f"clean_do_{worst}_{number}").set_value("to tree").run()
    assert last(store, workspace, worst) == (RELABEL, "tree", "a fir, not a cactus")


def test_a_dataset_without_suspects_or_key_says_so(store: Store) -> None:
    rows = [
        (name, split) for split in ("train", "valid") for name in ("ash", "beech") for _ in range(6)
    ]
    own, _ = fabricate(
        store,
        ("ash", "beech"),
        rows,
        np.eye(2, dtype=np.float32)[[int(name == "beech") for name, _ in rows]] * 4,
    )
    app = clean(own, find="Bad photos")
    assert not app.exception
    assert "Check my cleaning" not in text(clean(own, do="Edits"))


@pytest.mark.parametrize(
    "nonsense",
    [{"do": "x"}, {"card": "y"}, {"find": "z", "order": "?"}, {"before": "no", "after": "no"}],
)
def test_nonsense_in_a_link_is_ignored(workspace: str, nonsense: dict[str, str]) -> None:
    assert "Which labels are wrong?" in text(clean(workspace, **nonsense))


def test_what_the_new_run_has_learned_is_to_be_judged_again(
    store: Store, workspace: str, suspects: Suspects
) -> None:
    doubts = [suspects.doubts[photo] for photo in suspects.wrong_labels]
    decide(store, workspace, [Decision(doubt.photo, RELABEL, doubt.suggestion) for doubt in doubts])
    assert f"{len(doubts)} judged" in clean(workspace).get("progress")[0].proto.text
    app = clean(workspace)
    app.button(key="clean_retrain").click().run()
    app.button(key="clean_use").click().run()
    again = clean(workspace)
    assert "0 judged" in again.get("progress")[0].proto.text


def test_keep_leaves_the_label_that_the_card_shows(
    store: Store, workspace: str, suspects: Suspects
) -> None:
    doubt = suspects.doubts[suspects.wrong_labels[0]]
    decide(store, workspace, [Decision(doubt.photo, RELABEL, doubt.suggestion)])
    app = clean(workspace, card=doubt.photo)
    assert f"-badge[{doubt.suggestion}]" in text(app)
    pressed(app, "Keep")
    assert last(store, workspace, doubt.photo) == (KEEP, doubt.label, "")
    assert find_dataset(store, STARTER, workspace=workspace).label_of(doubt.photo) == doubt.label


def test_what_another_tab_made_impossible_is_a_sentence(store: Store, workspace: str) -> None:
    photo = put_photo(store, open_photo(encoded(picture(seed=900))))
    label_photo(store, workspace, photo, "tree")
    app = clean(workspace, find="All", card=photo)
    assert "Added since the run in use was trained" in text(app)
    revert_edits(store, workspace, photo)
    pressed(app, "Keep")
    assert "no longer in the dataset" in app.error[0].value


def test_a_link_in_a_reason_is_no_link(store: Store, workspace: str, suspects: Suspects) -> None:
    decide(
        store,
        workspace,
        [
            Decision(
                suspects.wrong_labels[0],
                DELETE,
                reason="see https://evil.example.com \u202etxt.exe",
            )
        ],
    )
    said = text(clean(workspace, do="Edits"))
    assert "https://evil" not in said.replace("\\", "")
    assert "\u202e" not in said


def test_a_dataset_without_test_photos_has_an_effect_too(store: Store) -> None:
    rows = [
        (name, split) for split in ("train", "valid") for name in ("ash", "beech") for _ in range(6)
    ]
    logits = np.eye(2, dtype=np.float32)[[int(name == "beech") for name, _ in rows]] * 4
    own, _ = fabricate(store, ("ash", "beech"), rows, logits)
    first = next(
        labelled.photo
        for labelled in find_dataset(store, dataset_name(store, own)).photos
        if labelled.split == "train"
    )
    decide(store, own, [Decision(first, DELETE)])
    app = clean(own)
    app.button(key="clean_retrain").click().run()
    assert "There are no test photos" in text(app)
    assert not app.exception
