"""Dataset: what is there, datasets of one's own, photos by upload and search, jobs, quotas, and
what the host switches off.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from threading import Event
from typing import IO
from zipfile import ZipFile

import numpy as np
import psutil
import pytest
from streamlit.testing.v1 import AppTest

from model.catalogue.dataset import Dataset, find_dataset
from model.catalogue.inbox import waiting_bytes
from model.catalogue.origins import Origin
from model.catalogue.schema import JobRow
from model.catalogue.starter import STARTER
from model.catalogue.store import Store
from model.catalogue.workspaces import dataset_name, ensure_workspace, new_workspace_id
from model.datasets.background import ImportJob, start_import
from model.datasets.export import FORMATS, ExportFormat, write_zip
from model.datasets.intake import ImportResult, IncomingPhoto, add_photos
from model.datasets.manage import create_dataset, datasets_of
from model.gather.sources.registry import SOURCES
from model.jobs.records import RUNNING, host_of
from model.photos.photo_id import PhotoId, digest
from pages.shared.cache.jobs import get_import_jobs, get_search_jobs
from tests.conftest import encoded, fabricate, picture
from tests.model.gather.fake_sources import FakeSources
from tests.model.gather.sources.made_up import SOURCE
from tests.pages.conftest import APP, open_page, parameter, send_photos, text
from tests.starter_set import PHOTOS

PAGES = ("classify", "evaluate", "clean", "retrain", "dataset")
EVIL = "![x](https://evil.example/t.png) **b** :red[x]"


def dataset_page(workspace: str, **parameters: str) -> AppTest:
    """Open the page by a link."""
    return open_page("dataset", workspace, **parameters)


def dataset_of(store: Store, workspace: str) -> Dataset:
    """The dataset that a workspace works on."""
    return find_dataset(store, dataset_name(store, workspace), workspace=workspace)


def photos(first: int, number: int) -> list[bytes]:
    """So many different photos."""
    return [encoded(picture(64, 48, seed=seed)) for seed in range(first, first + number)]


def made(
    store: Store,
    workspace: str,
    classes: Sequence[str] = ("cat", "dog"),
    each: int = 8,
    first: int = 5000,
) -> str:
    """A dataset of the workspace's own, with so many photos of each class."""
    name = create_dataset(store, "Pets", classes, owner=workspace)
    arrivals = [
        IncomingPhoto(f"{label} {number}.jpg", label, partial(bytes, data), Origin("upload"))
        for place, label in enumerate(classes)
        for number, data in enumerate(photos(first + 100 * place, each))
    ]
    add_photos(store, name, arrivals, ImportResult(), total=len(arrivals), owner=workspace)
    return name


def zipped(files: Iterable[tuple[str, bytes]]) -> bytes:
    """A ZIP of files."""
    buffer = BytesIO()
    with ZipFile(buffer, "w") as folder:
        for name, data in files:
            folder.writestr(name, data)
    return buffer.getvalue()


def class_folders(classes: Sequence[str], each: int, first: int) -> bytes:
    """A ZIP with a folder of so many photos for each class."""
    every = iter(photos(first, each * len(classes)))
    return zipped(
        (f"pets/{name}/{number}.jpg", next(every)) for name in classes for number in range(each)
    )


def upload(app: AppTest, *files: tuple[str, bytes]) -> AppTest:
    """Drop files on the page's field for whole datasets."""
    ways = [box for box in app.segmented_control if box.key == "dataset_way_3"]
    if ways:
        ways[0].set_value("A ZIP or photos").run()
    app.file_uploader[0].set_value([(name, data, "") for name, data in files]).run()
    assert not app.exception
    return app


def to_the_end(app: AppTest) -> AppTest:
    """Wait until nothing is under way, and look."""
    for works in (get_search_jobs(), get_import_jobs()):
        work = works.of(parameter(app, "w"))
        assert work is None or work.finished.wait(60)
    app.run()
    assert not app.exception
    return app


def add(app: AppTest) -> AppTest:
    """Press Add and watch to the end."""
    return to_the_end(app.button(key="dataset_add").click().run())


def shown(app: AppTest) -> list[PhotoId]:
    """The photos in the gallery."""
    prefix = "dataset_photos_"
    return [
        PhotoId(button.key.removeprefix(prefix))
        for button in app.button
        if button.key and button.key.startswith(prefix)
    ]


def dialog(app: AppTest, **typed: str) -> AppTest:
    """The dialog for a new dataset, filled in.

    AppTest runs whole pages only, where a browser redraws the dialog alone.
    """
    if "dataset_title" not in {box.key for box in app.text_input}:
        app.button(key="dataset_new").click().run()
    for key, value in typed.items():
        app.text_input(key=f"dataset_{key}").set_value(value)
    return app.button(key="dataset_new").click().run()


def make(app: AppTest) -> AppTest:
    """Press the dialog's button."""
    app.button(key="dataset_make").click()
    return app.button(key="dataset_new").click().run()


def sidebar(app: AppTest) -> str:
    return "\n".join(str(part.value) for part in app.sidebar.markdown)


def test_the_first_look_shows_the_starter_set(workspace: str, store: Store) -> None:
    app = dataset_page(workspace)
    assert app.title[0].value == "What does it learn from?"
    assert app.selectbox[0].options == ["Starter set (for everybody)"]
    assert (
        f":green-badge[cactus] :orange-badge[succulent] :violet-badge[tree] :small[{PHOTOS} "
        f"photos, " in text(app)
    )
    assert f"Sources: rendered for Areole ({PHOTOS})." in text(app)
    assert len(shown(app)) == 30
    app.pagination[0].set_value(-(-PHOTOS // 30)).run()
    assert len(shown(app)) == (PHOTOS - 1) % 30 + 1
    assert "dataset_removing" not in {toggle.key for toggle in app.toggle}
    assert not [box for box in app.text_input if box.key and box.key.startswith("dataset_rename")]
    assert not app.warning
    assert not app.error


def test_a_link_narrows_the_photos(workspace: str, store: Store) -> None:
    told = {
        photo: (one.label, one.split)
        for one in find_dataset(store, STARTER).photos
        for photo in [one.photo]
    }
    app = dataset_page(workspace, of="tree", **{"in": "Validation"})
    wanted = {photo for photo, place in told.items() if place == ("tree", "valid")}
    assert f"{len(wanted)} photos." in text(app)
    assert set(shown(app)) <= wanted
    app.selectbox(key="in").set_value("(all)").run()
    assert f"{sum(label == 'tree' for label, _ in told.values())} photos." in text(app)
    app.selectbox(key="from").set_value("rendered for Areole").run()
    assert {told[photo][0] for photo in shown(app)} == {"tree"}
    assert not app.exception


@pytest.mark.parametrize(
    "nonsense", [{"of": "palm"}, {"in": "x" * 300}, {"from": "Mars"}, {"data": "?"}]
)
def test_nonsense_in_a_link_is_ignored(workspace: str, nonsense: dict[str, str]) -> None:
    assert f"{PHOTOS} photos. Choose" in text(dataset_page(workspace, **nonsense))


def test_a_photo_says_where_it_comes_from(workspace: str) -> None:
    app = dataset_page(workspace)
    photo = shown(app)[0]
    app.button(key=f"dataset_photos_{photo}").click().run()
    assert f"SHA\\-256 {photo}" in text(app).replace("SHA-256", "SHA\\-256")
    assert "from rendered for Areole" in text(app)
    assert not app.exception


@pytest.mark.parametrize("view", ["Search", "Camera"])
def test_everybodys_dataset_stays_as_it_is(workspace: str, store: Store, view: str) -> None:
    app = dataset_page(workspace, data=view)
    assert "**Starter set stays as it is,**" in text(app)
    assert not app.get("camera_input")
    app.button(key="dataset_copy_first").click().run()
    assert "My Starter set" in sidebar(app)
    assert "**Starter set stays as it is,**" not in text(app)
    assert len(dataset_of(store, workspace).photos) == PHOTOS
    assert not app.exception


def test_a_new_dataset_is_made_and_says_what_to_do(workspace: str, store: Store) -> None:
    app = dialog(dataset_page(workspace), title="*Mine*", classes="cat, guinea pig , ,Café_au_lait")
    assert ":green-badge[cat] :orange-badge[guinea pig]" in text(app)
    make(app)
    assert dataset_of(store, workspace).classes == ("cat", "guinea pig", "Café_au_lait")
    assert r"**\*Mine\***" in sidebar(app)
    assert r":violet-badge[Café\_au\_lait]" in sidebar(app)
    assert "No photos yet" in app.info[0].value
    assert not app.exception


@pytest.mark.parametrize(
    "classes",
    ["", " , ,", "cat", "cat, Cat, CAT ", "???, cat", ",".join(f"c{n}" for n in range(21))],
)
def test_too_few_and_too_many_classes_make_no_dataset(
    workspace: str, store: Store, classes: str
) -> None:
    app = dialog(dataset_page(workspace), title="Mine", classes=classes)
    assert app.button(key="dataset_make").disabled
    assert re.search("A dataset has 2 to 20 classes; these are (0|1|21)|Two to twenty", text(app))
    assert len(datasets_of(store, workspace)) == 1


def test_a_dataset_is_renamed_changed_and_deleted(workspace: str, store: Store) -> None:
    name = made(store, workspace)
    app = dataset_page(workspace)
    app.text_input(key=f"dataset_rename_{name}_Pets").set_value(" _My_ pets ").run()
    assert r"**\_My\_ pets**" in sidebar(app)
    app.text_input(key="dataset_add_class_2").set_value("fish").run()
    assert dataset_of(store, workspace).classes == ("cat", "dog", "fish")
    app.text_input(key="dataset_add_class_3").set_value("Fish").run()
    assert dataset_of(store, workspace).classes == ("cat", "dog", "fish")
    app.selectbox(key="dataset_class_3").set_value("cat").run()
    app.text_input(key="dataset_rename_class_cat").set_value("Dog").run()
    assert "another class has it" in app.error[0].value
    app.text_input(key="dataset_rename_class_cat").set_value("tiger").run()
    assert Counter(one.label for one in dataset_of(store, workspace).photos) == {
        "tiger": 8,
        "dog": 8,
    }
    app.selectbox(key="dataset_class_3").set_value("dog").run()
    app.button(key="dataset_remove_class").click().run()
    assert Counter(one.label for one in dataset_of(store, workspace).photos) == {"tiger": 8}
    assert app.button(key="dataset_delete").disabled
    app.checkbox(key=f"dataset_sure_{name}").check().run()
    app.button(key="dataset_delete").click().run()
    assert [one.name for one in datasets_of(store, workspace)] == [STARTER]
    assert "Starter set" in sidebar(app)
    assert not app.exception
    assert not app.error


def test_another_dataset_changes_every_page(workspace: str, store: Store) -> None:
    made(store, workspace)
    app = dataset_page(workspace)
    assert "16 photos" in sidebar(app)
    assert "Nothing trained on it yet" in sidebar(app)
    app.switch_page("pages/classify.py").run()
    assert app.title[0].value == "Nothing trained yet"
    app.switch_page("pages/retrain.py").run()
    assert not app.button(key="retrain_start").disabled
    app.switch_page("pages/dataset.py").run()
    app.selectbox[0].set_value("Starter set (for everybody)").run()
    assert f"{PHOTOS} photos" in sidebar(app)
    app.switch_page("pages/classify.py").run()
    assert app.header[0].value == "This looks like a cactus"
    assert not app.exception


def test_a_second_visitor_sees_none_of_it(workspace: str, store: Store) -> None:
    name = made(store, workspace)
    other = dataset_page(new_workspace_id())
    assert other.selectbox[0].options == ["Starter set (for everybody)"]
    assert "Pets" not in text(other)
    assert name not in text(other)


def test_a_zip_of_class_folders_becomes_a_dataset(workspace: str, store: Store) -> None:
    app = upload(
        dataset_page(workspace, data="Upload"),
        ("My_pets.zip", class_folders(("cat", "Cat ", "d*g"), 4, 6000)),
    )
    assert "**Found 12 photos.** :green-badge[Cat] 8 :orange-badge[d g] 4" in text(app)
    assert "taken for the same class" in app.info[0].value
    assert app.text_input(key="dataset_new_title").value == "My pets"
    add(app)
    assert "**Adding 12 photos to My pets:** 12 added." in text(app)
    assert Counter(one.label for one in dataset_of(store, workspace).photos) == {"Cat": 8, "d g": 4}
    assert "My pets" in sidebar(app)
    app.button(key="dataset_close_intake").click().run()
    assert "12 added" not in text(app)
    app.segmented_control(key="data").set_value("Photos").run()
    assert len(shown(app)) == 12
    assert "Sources: upload (12)." in text(app)


def test_a_zip_joins_this_dataset_and_brings_a_class(workspace: str, store: Store) -> None:
    made(store, workspace)
    app = upload(
        dataset_page(workspace, data="Upload"),
        ("more.zip", class_folders(("Dog", "*fish*"), 3, 6100)),
    )
    assert "New in this dataset: fish." in [info.value for info in app.info]
    add(app)
    assert Counter(one.label for one in dataset_of(store, workspace).photos) == {
        "cat": 8,
        "dog": 11,
        "fish": 3,
    }
    assert len(datasets_of(store, workspace)) == 2


def test_loose_photos_wait_for_their_class(workspace: str, store: Store) -> None:
    made(store, workspace)
    [first, second] = photos(6200, 2)
    app = upload(dataset_page(workspace, data="Upload"), ("one.jpg", first), ("two.jpg", second))
    assert app.button(key="dataset_add").disabled
    app.pills(key="dataset_loose").set_value("dog").run()
    add(app)
    assert {dataset_of(store, workspace).label_of(digest(data)) for data in (first, second)} == {
        "dog"
    }
    assert not app.error


def test_photos_of_a_class_join_it_as_soon_as_they_have_arrived(
    workspace: str, store: Store
) -> None:
    made(store, workspace)
    app = dataset_page(workspace, data="Upload")
    app.pills(key="dataset_photos_of_2").set_value("dog").run()
    [first, second] = photos(6250, 2)
    send_photos(app, ("one.jpg", first), ("essay.jpg", b"words"), ("two.jpg", second))
    to_the_end(app)
    assert "**Adding 3 photos to Pets:** 2 added, 1 not taken." in text(app)
    dataset = dataset_of(store, workspace)
    assert {dataset.label_of(digest(data)) for data in (first, second)} == {"dog"}
    assert waiting_bytes(store, workspace) == 0


def test_photos_go_to_the_class_that_was_chosen_when_they_were(
    workspace: str, store: Store
) -> None:
    made(store, workspace)
    app = dataset_page(workspace, data="Upload")
    [photo] = photos(6270, 1)
    send_photos(app, ("one.jpg", photo), about="dog")  # "cat" is chosen by now.
    to_the_end(app)
    assert dataset_of(store, workspace).label_of(digest(photo)) == "dog"
    send_photos(app, ("two.jpg", photos(6271, 1)[0]), about="a class that is no more")
    assert not app.exception
    assert len(dataset_of(store, workspace).photos) == 17


def test_photos_of_a_class_come_by_streamlits_own_way_where_the_route_cannot_be_reached(
    workspace: str, store: Store
) -> None:
    made(store, workspace)
    app = dataset_page(workspace, data="Upload")
    app.session_state["unreachable"] = True
    app.run()
    assert "as they are" in app.info[0].value
    [photo] = photos(6280, 1)
    app.file_uploader[0].set_value([("one.jpg", photo, "image/jpeg")]).run()
    to_the_end(app)
    assert dataset_of(store, workspace).label_of(digest(photo)) == "cat"
    assert "1 added" in text(app)


def test_while_photos_are_added_no_others_are_asked_for(
    workspace: str, store: Store, held: Event
) -> None:
    assert "Photos are still being added" in text(dataset_page(workspace, data="Upload"))
    held.set()


def test_what_is_no_photo_is_named(workspace: str, store: Store) -> None:
    made(store, workspace)
    app = upload(
        dataset_page(workspace, data="Upload"),
        ("*essay*.jpg", b"words, words"),
        ("two.jpg", photos(6300, 1)[0]),
    )
    app.pills(key="dataset_loose").set_value("cat").run()
    add(app)
    assert "1 added, 1 not taken" in text(app)
    assert r"\*essay\*\.jpg" in text(app)
    assert [one.label for one in app.expander] == ["Not taken: 1 file, and why"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\3\4 and no more", "cut off or damaged"),
        (b"", "The file is empty"),
        (b"\x1f\x8b and so on", "a gzip archive, not a ZIP"),
        (zipped([]), "holds no files"),
    ],
)
def test_a_zip_that_cannot_be_read_is_a_sentence(workspace: str, data: bytes, said: str) -> None:
    app = upload(dataset_page(workspace, data="Upload"), ("broken.zip", data))
    assert said in app.error[0].value.replace("\\", "")
    assert "dataset_add" not in {button.key for button in app.button}


def test_more_than_twenty_classes_are_too_many(workspace: str) -> None:
    app = upload(
        dataset_page(workspace, data="Upload"),
        ("21.zip", class_folders([f"c{n:02}" for n in range(21)], 1, 6400)),
    )
    assert "21 classes; 20 is the most" in app.error[0].value
    assert app.button(key="dataset_add").disabled


def test_what_is_there_already_is_known(workspace: str, store: Store) -> None:
    made(store, workspace, each=3, first=6500)
    again = zipped([(f"cat/{number}.jpg", data) for number, data in enumerate(photos(6500, 3))])
    app = add(upload(dataset_page(workspace, data="Upload"), ("again.zip", again)))
    assert "0 added, 3 known already." in text(app)
    assert "Train on them" not in text(app)
    assert len(dataset_of(store, workspace).photos) == 6


def test_two_clicks_on_add_start_one_job(workspace: str, store: Store) -> None:
    app = upload(
        dataset_page(workspace, data="Upload"),
        ("twice.zip", class_folders(("cat", "dog"), 3, 6600)),
    )
    button = app.button(key="dataset_add")
    button.click().run()
    button.click()
    to_the_end(app.run())
    assert [one.photos for one in datasets_of(store, workspace)] == [PHOTOS, 6]


def test_a_full_workspace_takes_what_fits_and_says_so(
    workspace: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(store, workspace, each=3, first=6700)
    app = dataset_page(workspace, data="Upload")
    assert "Your workspace holds 6 of 3,000 photos" in "\n".join(
        bar.proto.text for bar in app.get("progress")
    )
    monkeypatch.setenv("AREOLE_MAX_PHOTOS", "8")
    add(upload(app, ("many.zip", class_folders(("cat", "dog"), 3, 6850))))
    assert "2 added, 4 left out because the workspace is full." in text(app)
    assert "Your workspace is full" in app.warning[0].value
    assert len(dataset_of(store, workspace).photos) == 8
    app.switch_page("pages/classify.py").run()
    assert not app.exception


@pytest.fixture
def held(workspace: str, store: Store) -> Iterator[Event]:
    """A job that has two photos for the workspace's dataset and waits for the event, or for the
    end.
    """
    gate, name = Event(), made(store, workspace, each=2, first=6900)

    @contextmanager
    def opened(intake: ImportJob) -> Iterator[tuple[Iterable[IncomingPhoto], int]]:
        def arrivals() -> Iterator[IncomingPhoto]:
            yield from (
                IncomingPhoto(f"{n}.jpg", "cat", partial(bytes, data))
                for n, data in enumerate(photos(6950, 2))
            )
            while not gate.wait(0.01):
                intake.check()

        yield arrivals(), 10

    work = start_import(
        get_import_jobs(), store, workspace, dataset=name, title="Adding *held*", opened=opened
    )
    yield gate
    gate.set()
    assert work.finished.wait(10)


def test_a_job_is_watched_cancelled_and_closed(workspace: str, store: Store, held: Event) -> None:
    app = dataset_page(workspace)
    assert r"**Adding \*held\***" in text(app)
    assert re.fullmatch(r"\d+ of \d+ looked at", app.get("progress")[0].proto.text)
    assert [box.disabled for box in app.checkbox if box.label.startswith("Delete the dataset")] == [
        True
    ]
    app.switch_page("pages/classify.py").run().switch_page("pages/dataset.py").run()
    app.button(key="dataset_cancel").click().run()
    to_the_end(app)
    assert "1 added." in text(app)  # What has come stays.
    assert len(dataset_of(store, workspace).photos) == 5
    assert not app.error
    app.button(key="dataset_close_intake").click().run()
    assert "held" not in text(app)


def test_while_a_job_runs_nothing_else_is_added(workspace: str, store: Store, held: Event) -> None:
    app = upload(
        dataset_page(workspace, data="Upload"), ("more.zip", class_folders(("cat", "dog"), 2, 7020))
    )
    assert app.button(key="dataset_add").disabled
    held.set()
    to_the_end(app)
    add(app.run())
    assert "4 added" in text(app)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_job_that_a_mistake_ends_is_a_sentence(
    workspace: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = upload(
        dataset_page(workspace, data="Upload"), ("a.zip", class_folders(("cat", "dog"), 1, 7050))
    )
    monkeypatch.setattr("model.datasets.background.add_photos", lambda *_, **__: 1 / 0)
    add(app)
    assert "The server's log says why" in app.error[0].value.replace("\\", "")


def test_a_killed_job_says_what_is_kept(workspace: str, store: Store) -> None:
    gone = psutil.Process().create_time() - 3600
    with store.writing() as session:
        ensure_workspace(session, workspace)
        place = {"host": host_of(store), "process": 2**22 + 1, "process_started": gone}
        session.add(JobRow(workspace=workspace, kind="intake", state=RUNNING, settings={}, **place))
    app = dataset_page(workspace)
    assert "The server stopped while photos were being added" in app.warning[0].value
    app.button(key="dataset_close_killed").click().run()
    assert not app.warning


def test_gathering_can_be_switched_off(
    workspace: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(store, workspace)
    monkeypatch.setenv("AREOLE_GATHER", "off")
    app = dataset_page(workspace, data="Search")
    assert "switched this off" in app.info[0].value
    assert "gather_search" not in {button.key for button in app.button}
    app.segmented_control(key="data").set_value("Upload").run()
    assert app.get("bidi_component")


def test_uploads_can_be_switched_off(
    workspace: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AREOLE_UPLOADS", "off")
    for view in ("Upload", "Camera"):
        app = dataset_page(workspace, data=view)
        assert "switched this off" in app.info[0].value
        assert not app.file_uploader
        assert not app.get("bidi_component")
        assert not app.get("camera_input")
    app.switch_page("pages/classify.py").run()
    assert app.segmented_control(key="classify_way").options == ["Examples"]
    assert not app.get("bidi_component")
    assert app.header[0].value == "This looks like a cactus"
    assert not app.exception


def search(app: AppTest, source: str = "openverse", **words: str) -> AppTest:
    """Look for something for each class, five of it, and wait for what is found."""
    app.segmented_control(key="gather_source").set_value(source).run()
    for label, wanted in words.items():
        app.text_input(key=f"gather_text_{source}_{label}").set_value(wanted)
        app.number_input(key=f"gather_number_{label}").set_value(5)
    return to_the_end(app.button(key="gather_search").click().run())


def ticks(app: AppTest) -> list[bool]:
    return [box.value for box in app.checkbox if box.key and box.key.startswith("gather_keep_")]


@pytest.mark.parametrize("source", ["inaturalist", "openverse", "commons"])
def test_photos_are_found_looked_at_and_downloaded(
    workspace: str, store: Store, fake: FakeSources, source: str
) -> None:
    create_dataset(store, "Pets", ("cat", "dog"), owner=workspace)
    app = search(dataset_page(workspace, data="Search"), source, cat="tabby", dog="poodle")
    assert ticks(app) == [True] * 5
    assert not [
        path for path in fake.paths() if path.startswith("/photos")
    ]  # Nothing before it is asked for.
    next(
        box for box in app.checkbox if box.key and box.key.startswith("gather_keep_")
    ).uncheck().run()
    app.segmented_control(key="gather_class").set_value("dog").run()
    app.button(key="gather_none").click().run()
    assert ticks(app) == [False] * 5
    app.button(key="gather_all").click().run()
    assert app.button(key="gather_download").label == "Download 9 photos"
    app.button(key="gather_none").click().run()
    app.segmented_control(key="gather_class").set_value("cat").run()
    assert ticks(app) == [
        False,
        True,
        True,
        True,
        True,
    ]  # Remembered while the other class was looked at.
    assert app.button(key="gather_download").label == "Download 4 photos"
    to_the_end(app.button(key="gather_download").click().run())
    assert "4 added" in text(app)
    kept = dataset_of(store, workspace)
    assert Counter(one.label for one in kept.photos) == {"cat": 4}
    app.segmented_control(key="data").set_value("Photos").run()
    app.button(key=f"dataset_photos_{shown(app)[0]}").click().run()
    assert "CC" in text(app)
    assert "Ana" in text(app) or "ana" in text(app)
    assert not app.exception


def test_a_class_that_fails_spoils_no_other(
    workspace: str, store: Store, fake: FakeSources
) -> None:
    create_dataset(store, "Pets", ("*cat*", "dog", "fish"), owner=workspace)
    app = search(dataset_page(workspace, data="Search"), cat="broken", dog="few", fish="nothing")
    assert len(app.error) == 1
    assert app.error[0].value.startswith("cat:")
    app.segmented_control(key="gather_class").set_value("fish").run()
    assert "Nothing found. Try other words" in "\n".join(info.value for info in app.info)
    to_the_end(app.button(key="gather_download").click().run())
    assert {one.label for one in dataset_of(store, workspace).photos} == {"dog"}


def test_torn_photos_are_left_out_with_a_reason(
    workspace: str, store: Store, fake: FakeSources
) -> None:
    create_dataset(store, "Pets", ("cat", "dog"), owner=workspace)
    app = search(dataset_page(workspace, data="Search"), cat="torn cat", dog="")
    to_the_end(app.button(key="gather_download").click().run())
    assert "4 added, 1 not taken" in text(app)
    assert not app.error


def test_a_busy_source_says_how_long(workspace: str, store: Store, fake: FakeSources) -> None:
    create_dataset(store, "Pets", ("cat", "dog"), owner=workspace)
    app = search(dataset_page(workspace, data="Search"), cat="busy", dog="few")
    assert "Try again in 2 minutes" in app.error[0].value.replace("\\", "")
    app.button(key="gather_anew").click().run()
    assert app.text_input(key="gather_text_openverse_cat").value == "busy"


def test_without_a_network_the_rest_works(
    workspace: str, store: Store, fake: FakeSources, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(store, workspace)
    monkeypatch.setenv("AREOLE_TEST_SERVER", "http://127.0.0.1:1")
    app = search(dataset_page(workspace, data="Search"), cat="tabby", dog="poodle")
    assert "offline" in app.error[0].value
    assert app.button(key="gather_download").disabled
    for _, elsewhere in on_every_page(workspace):
        assert "16 photos" in sidebar(elsewhere)


def test_what_strangers_wrote_is_shown_as_it_is(workspace: str, store: Store) -> None:
    name = create_dataset(store, EVIL, ("**a**", "b"), owner=workspace)
    origin = Origin("Openverse", EVIL, "javascript:alert(1)", EVIL, "javascript:alert(1)", EVIL)
    [data] = photos(7100, 1)
    add_photos(
        store,
        name,
        [IncomingPhoto(f"{EVIL}.jpg", "a", lambda: data, origin)],
        ImportResult(),
        total=1,
        owner=workspace,
    )
    app = dataset_page(workspace)
    app.button(key=f"dataset_photos_{digest(data)}").click().run()
    written = f"{text(app)}\n{sidebar(app)}\n{[button.label for button in app.button]}"
    assert r"\!\[x\]" in written
    assert "![x](" not in written
    assert "**b**" not in written
    assert not app.get("link_button")


def test_photos_are_removed_for_good(workspace: str, store: Store) -> None:
    made(store, workspace, each=20, first=7200)
    app = dataset_page(workspace)
    app.toggle(key="dataset_removing").set_value(True).run()
    assert app.button(key="dataset_remove").disabled
    app.button(key="dataset_tick_page").click().run()
    assert "**30 photos ticked**" in text(app)
    app.button(key="dataset_tick_none").click().run()
    first = next(box for box in app.checkbox if box.key and box.key.startswith("dataset_tick_"))
    first.check().run()
    app.pagination[0].set_value(2).run()
    next(
        box for box in app.checkbox if box.key and box.key.startswith("dataset_tick_")
    ).check().run()
    assert app.button(key="dataset_remove").label == "Remove 2 photos for good"
    app.button(key="dataset_remove").click().run()
    left = dataset_of(store, workspace)
    assert len(left.photos) == 38
    assert str(first.key).removeprefix("dataset_tick_") not in left.labels
    assert "**0 photos ticked**" in text(app)
    assert not app.exception


def test_a_dataset_is_taken_away_and_comes_back_the_same(workspace: str, store: Store) -> None:
    name = made(store, workspace, ("zebra", "ant"), each=6, first=7300)
    app = dataset_page(workspace, data="Export")
    assert not app.download_button[0].disabled
    assert f"--dataset={name}" in app.code[0].value
    assert (
        workspace not in app.code[0].value
    )  # The code is for a shell; who copies it into a chat gives nothing away.
    buffer = BytesIO()
    write_zip(store, dataset_of(store, workspace), find_dataset(store, name), buffer)
    other = new_workspace_id()
    add(upload(dataset_page(other, data="Upload"), (f"{name}.zip", buffer.getvalue())))
    was, back = dataset_of(store, workspace), dataset_of(store, other)
    assert back.classes == was.classes
    assert {(one.photo, one.label, one.split) for one in back.photos} == {
        (one.photo, one.label, one.split) for one in was.photos
    }


def test_a_made_up_format_is_offered_by_its_row_alone(
    workspace: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_names(_: Store, dataset: Dataset, imported: Dataset, file: IO[bytes]) -> None:
        file.write("\n".join(labelled.file for labelled in dataset.photos).encode())

    monkeypatch.setitem(FORMATS, "names", ExportFormat("names", ".txt", write_names))
    name = made(store, workspace, ("zebra", "ant"), each=2, first=7400)
    app = dataset_page(workspace, data="Export")
    labels = [button.label for button in app.download_button]
    assert labels == ["Take it away (ZIP)", "Take it away (names)"]
    assert not app.exception
    dataset, buffer = dataset_of(store, workspace), BytesIO()
    FORMATS["names"].write(store, dataset, find_dataset(store, name), buffer)
    assert buffer.getvalue().count(b"\n") == 3


def test_an_empty_dataset_cannot_be_taken_away(workspace: str, store: Store) -> None:
    create_dataset(store, "Pets", ("cat", "dog"), owner=workspace)
    assert dataset_page(workspace, data="Export").download_button[0].disabled


def on_every_page(workspace: str) -> Iterator[tuple[str, AppTest]]:
    """One page after the other, Dataset in all its views, none with an exception."""
    app = AppTest.from_file(APP, default_timeout=60)
    app.query_params["w"] = workspace
    app.run()
    for page in PAGES:
        yield page, app.switch_page(f"pages/{page}.py").run()
        assert not app.exception
    for view in ("Search", "Upload", "Camera", "Export"):
        yield view, app.segmented_control(key="data").set_value(view).run()
        assert not app.exception


def test_one_class_is_enough_to_begin_with(workspace: str, store: Store) -> None:
    made(store, workspace, ("cat",), first=7400)
    for page, app in on_every_page(workspace):
        if page == "retrain":
            assert "There is only one class" in app.warning[0].value
        assert "Nothing trained on it yet" in sidebar(app)


def test_without_validation_photos_every_page_says_so(store: Store) -> None:
    rows = [(label, "train") for label in ("ash", "beech") for _ in range(4)]
    workspace, _ = fabricate(store, ("ash", "beech"), rows, np.zeros((8, 2), np.float32))
    for page, app in on_every_page(workspace):
        if page == "retrain":
            assert "There are no validation photos" in app.warning[0].value
        assert "no validation photos" in sidebar(app)


def test_twenty_classes_fit_on_every_page(store: Store) -> None:
    classes = tuple(f"kind *{number}* of a plant with a long name"[:40] for number in range(20))
    rows = [(label, split) for label in classes for split in ("train", "valid")]
    logits = np.random.default_rng(1).normal(size=(40, 20)).astype(np.float32)
    workspace, _ = fabricate(store, classes, rows, logits)
    for _, app in on_every_page(workspace):
        assert "*3*" not in text(app).replace(r"\*3\*", "")


def test_an_own_dataset_of_twenty_takes_no_more(workspace: str, store: Store) -> None:
    create_dataset(store, "Many", [f"c{number}" for number in range(20)], owner=workspace)
    app = dataset_page(workspace)
    app.text_input(key="dataset_add_class_20").set_value("one more").run()
    assert "1 to 20 classes; these are 21" in app.error[0].value
    for _, shown_page in on_every_page(workspace):
        assert not shown_page.error


def test_a_photo_of_a_killed_writer_costs_only_itself(workspace: str, store: Store) -> None:
    made(store, workspace, each=2, first=7500)
    lost = dataset_of(store, workspace).photos[0].photo
    store.files.rm_file(f"{store.photos}/{lost[:2]}/{lost}.jpg")
    app = dataset_page(workspace)
    assert ":material/hide_image:" in text(app)
    app.button(key=f"dataset_photos_{lost}").click().run()
    assert not app.exception


def test_a_made_up_source_stands_among_the_others_with_its_suggestions(
    workspace: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SOURCES, SOURCE.name, SOURCE)
    create_dataset(store, "Pets", ("cat", "dog"), owner=workspace)
    app = dataset_page(workspace, data="Search")
    app.segmented_control(key="gather_source").set_value("garden").run()
    assert "What grows behind the gym." in text(app)
    assert app.text_input(key="gather_text_garden_cat").value == "catmint"
    assert app.text_input(key="gather_text_garden_dog").value == "dog"
    assert app.button(key="gather_search").label == "Search School garden"
