"""Classify: answered before anything is done; uploads, refusals, doubt, and telling it better."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from model.catalogue.dataset import find_dataset
from model.catalogue.signatures import UploadPurpose, sign_upload
from model.catalogue.starter import STARTER, starter_examples
from model.catalogue.store import Store
from model.catalogue.workspaces import asked_photos, is_workspace_id, new_workspace_id
from model.errors import StoreUnavailable
from model.photos.photo_id import digest
from tests.conftest import encoded, picture
from tests.pages.conftest import APP, delivered, parameter, send_photos, text
from tests.starter_set import A_SUCCULENT, A_TREE, IN_SPLIT, PHOTOS

Plant = Callable[[str], bytes]


def test_the_first_look_already_has_an_answer(app: AppTest) -> None:
    assert app.title[0].value == "Cactus, succulent or tree?"
    assert app.header[0].value == "This looks like a cactus"
    assert "training photos" in text(app)
    assert not app.exception
    assert not app.error
    assert not app.warning


def test_the_sidebar_says_what_is_used_and_how_good_it_is(app: AppTest) -> None:
    said = "\n".join(part.value for part in app.sidebar.markdown)
    assert f"{PHOTOS} photos" in said
    assert "efficientnet-lite0" in said
    assert f"of {IN_SPLIT['valid']} validation photos wrong" in said


def test_a_new_visitor_gets_a_workspace_in_the_url() -> None:
    app = AppTest.from_file(APP, default_timeout=60).run()
    assert is_workspace_id(parameter(app, "w"))


@pytest.mark.parametrize("chosen", ["class-7b", "../../etc", "x" * 500])
def test_nobody_chooses_a_guessable_workspace(chosen: str) -> None:
    app = AppTest.from_file(APP, default_timeout=60)
    app.query_params["w"] = chosen
    app.run()
    assert parameter(app, "w") != chosen
    assert not app.exception


def test_every_example_is_answered(app: AppTest, store: Store) -> None:
    app.segmented_control(key="classify_way").set_value("Examples").run()
    for name, photos in starter_examples(store).items():
        for photo in photos:
            app.button(key=f"classify_examples_{photo}").click().run()
            assert parameter(app, "photo") == photo
            assert f"filed under {name}" in text(app)
            assert not app.exception


def test_an_upload_is_answered_and_remembered(
    app: AppTest, store: Store, workspace: str, plant: Plant
) -> None:
    data = plant(A_TREE)
    send_photos(app, ("my tree.jpg", data))
    assert app.header[0].value == "This looks like a tree"
    assert [asked.name for asked in asked_photos(store, workspace)] == ["my tree.jpg"]
    again = AppTest.from_file(APP, default_timeout=60)
    again.query_params["w"] = workspace
    again.query_params["photo"] = digest(data)
    assert again.run().header[0].value == "This looks like a tree"


def test_another_visitor_sees_nothing_of_it(app: AppTest, workspace: str) -> None:
    data = encoded(picture(seed=900))
    send_photos(app, ("private.jpg", data))
    other = AppTest.from_file(APP, default_timeout=60)
    other.query_params["w"] = new_workspace_id()
    other.query_params["photo"] = digest(data)
    other.run()
    assert "private" not in text(other)
    assert "no longer here" in other.info[0].value
    assert other.header[0].value == "This looks like a cactus"


def test_one_bad_file_spoils_nothing(app: AppTest, plant: Plant) -> None:
    send_photos(
        app, ("good.jpg", plant(A_TREE)), ("*bad*.jpg", b"text"), ("fine.jpg", plant(A_SUCCULENT))
    )
    assert "not an image" in app.warning[0].value
    assert r"\*bad\*" in app.warning[0].value
    assert "Your 2 photos" in text(app)
    assert not app.exception
    assert not app.error


def test_a_photo_that_is_chosen_twice_is_there_once(
    app: AppTest, store: Store, workspace: str
) -> None:
    data = encoded(picture(seed=901))
    send_photos(app, ("one.jpg", data), ("copy of one.jpg", data))
    assert [asked.name for asked in asked_photos(store, workspace)] == ["copy of one.jpg"]
    assert not app.warning


def test_what_did_not_arrive_is_said_in_the_browsers_words_which_are_plain_text(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = {
        "photos": [{"name": "lost.jpg", "token": "0" * 64}, {"token": "1" * 64}],
        "refused": [{"name": "huge.heic", "reason": "The file has **40** MB."}],
    }
    deliver(monkeypatch, said, None)
    app.run()
    assert r"huge\.heic: The file has \*\*40\*\* MB" in app.warning[0].value
    assert r"lost\.jpg: It did not arrive" in app.warning[0].value
    assert not app.exception


@pytest.mark.parametrize("said", ["text", [], {}, {"photos": 5, "refused": [None, 3]}])
def test_nonsense_from_a_browser_does_nothing(
    app: AppTest, monkeypatch: pytest.MonkeyPatch, said: object
) -> None:
    deliver(monkeypatch, said, None)
    app.run()
    assert not app.exception
    assert not app.warning


def test_photos_of_another_workspace_are_not_taken(
    app: AppTest, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed = sign_upload(store, new_workspace_id(), UploadPurpose.ANSWERS)
    files = [("theirs.jpg", encoded(picture(seed=902)))]
    deliver(monkeypatch, delivered(f"/api/upload/{signed}", files, 20), None)
    app.run()
    assert r"theirs\.jpg: It did not arrive" in app.warning[0].value


def deliver(monkeypatch: pytest.MonkeyPatch, *values: object) -> None:
    """Let the picker's browser say this, one value a rerun."""
    said = iter(values)
    monkeypatch.setattr(
        "pages.shared.components.photo_picker.picker._picker",
        lambda **_: SimpleNamespace(delivered=next(said)),
    )


def unreachable(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing get through to the route."""
    with monkeypatch.context() as patch:
        deliver(patch, {"photos": [], "refused": [], "unreachable": True})
        app.run()
    assert "as they are" in app.info[0].value


def test_where_the_route_cannot_be_reached_photos_come_by_streamlits_own_way(
    app: AppTest, store: Store, workspace: str, plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not app.file_uploader
    unreachable(app, monkeypatch)
    files = [("my tree.jpg", plant(A_TREE), "image/jpeg"), ("bad.jpg", b"text", "image/jpeg")]
    app.file_uploader[0].set_value(files).run()
    assert app.header[0].value == "This looks like a tree"
    assert [asked.name for asked in asked_photos(store, workspace)] == ["my tree.jpg"]
    assert "not an image" in app.warning[0].value


def test_more_than_twenty_are_left_out_with_a_word(
    app: AppTest, store: Store, workspace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    unreachable(app, monkeypatch)
    photos = [encoded(picture(64, 64, seed=400 + number), "PNG") for number in range(22)]
    files = [(f"{number}.png", data, "image/png") for number, data in enumerate(photos)]
    app.file_uploader[0].set_value(files).run()
    assert app.warning[0].value.count("20 at a time is the most") == 2
    assert len(asked_photos(store, workspace)) == 20


def test_no_plant_is_doubted_and_comes_first(app: AppTest, plant: Plant) -> None:
    send_photos(app, ("tree.jpg", plant(A_TREE)), ("noise.jpg", encoded(picture(300, 300, seed=7))))
    assert "1 of 2 I am not sure about" in text(app)
    noise = digest(encoded(picture(300, 300, seed=7)))
    buttons = [
        button.key for button in app.button if button.key and button.key.startswith("classify_own_")
    ]
    assert buttons[0] == f"classify_own_{noise}"
    app.button(key=buttons[0]).click().run()
    assert app.header[0].value == "This looks like none of the three"
    assert "This looks like a" not in text(app)


def test_telling_it_better_and_taking_it_back(app: AppTest, store: Store, workspace: str) -> None:
    data = encoded(picture(200, 200, seed=31))
    send_photos(app, ("odd.jpg", data))
    photo = digest(data)
    app.pills(key=f"classify_told_{photo}_None").set_value("tree").run()
    assert find_dataset(store, STARTER, workspace=workspace).label_of(photo) == "tree"
    assert "Filed under tree" in text(app)
    assert f"{PHOTOS + 1} photos" in "\n".join(part.value for part in app.sidebar.markdown)
    app.button(key="classify_withdraw").click().run()
    assert find_dataset(store, STARTER, workspace=workspace).label_of(photo) is None
    assert not app.exception


def test_removing_my_photos_removes_them(
    app: AppTest, store: Store, workspace: str, plant: Plant
) -> None:
    send_photos(app, ("one.jpg", encoded(picture(seed=51))), ("two.jpg", encoded(picture(seed=52))))
    app.button(key="classify_forget").click().run()
    assert asked_photos(store, workspace) == []
    assert "Your 2 photos" not in text(app)
    assert app.header[0].value == "This looks like a cactus"


def test_the_evidence_can_be_asked_for_every_class(app: AppTest) -> None:
    app.toggle(key="classify_evidence").set_value(True).run()
    for name in ("succulent", "tree", "cactus"):
        pills = next(pill for pill in app.pills if pill.label == "For and against")
        pills.set_value(name).run()
        assert f"Orange speaks for {name}" in text(app)
        assert not app.exception


def test_an_unusable_data_folder_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("AREOLE_HOME", str(tmp_path / "file"))
    app = AppTest.from_file(APP, default_timeout=60).run()
    assert "set AREOLE_HOME to another folder" in app.error[0].value
    assert not app.exception


def test_a_first_start_and_a_deleted_data_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AREOLE_HOME", str(tmp_path / "new"))
    app = AppTest.from_file(APP, default_timeout=60).run()
    assert app.header[0].value == "This looks like a cactus"
    (tmp_path / "new").rename(tmp_path / "gone")
    app.run()
    assert app.header[0].value == "This looks like a cactus"
    assert (tmp_path / "new" / "catalogue.db").exists()
    assert not app.exception


def test_without_shipped_features_the_first_answer_takes_longer_but_comes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AREOLE_HOME", str(tmp_path / "new"))
    monkeypatch.setattr("model.catalogue.starter.FEATURES", tmp_path / "absent")
    app = AppTest.from_file(APP, default_timeout=120).run()
    assert app.header[0].value == "This looks like a cactus"
    assert not app.exception


def test_a_training_photo_says_that_it_proves_little(app: AppTest, store: Store) -> None:
    photo = next(
        labelled.photo
        for labelled in find_dataset(store, STARTER).photos
        if labelled.split == "train"
    )
    app.query_params["photo"] = photo
    assert "learned from this very photo" in text(app.run())


def test_an_uploaded_test_photo_is_left_as_it_is(app: AppTest, plant: Plant) -> None:
    send_photos(app, ("tree.jpg", plant(A_TREE)))
    assert "From the test split, filed under tree" in text(app)
    assert not [pills for pills in app.pills if pills.label.startswith("Wrong?")]


def test_a_lost_photo_costs_only_itself(app: AppTest, store: Store, workspace: str) -> None:
    files = [encoded(picture(seed=seed)) for seed in (71, 72)]
    send_photos(app, ("one.jpg", files[0]), ("two.jpg", files[1]))
    store.files.rm_file(f"{store.photos}/{digest(files[0])[:2]}/{digest(files[0])}.jpg")
    st.cache_resource.clear()
    app.run()
    assert "no longer here" in app.warning[0].value
    assert "1 photo can no longer be read" in text(app)
    app.button(key="classify_forget").click().run()
    assert asked_photos(store, workspace) == []
    assert not app.exception


def test_a_store_that_fails_under_a_button_is_a_sentence(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    send_photos(app, ("one.jpg", encoded(picture(seed=81))), ("two.jpg", encoded(picture(seed=82))))

    def fail(*_: object) -> None:
        raise StoreUnavailable("The disk is full.")

    monkeypatch.setattr("model.catalogue.workspaces.forget_photos", fail)
    app.button(key="classify_forget").click().run()
    assert "The disk is full." in app.error[0].value
    assert not app.exception
