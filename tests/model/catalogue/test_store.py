"""The catalogue: first start, two at once, killed, deleted, unusable; features computed once."""

import csv
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from sqlalchemy import inspect, select, text

from model.catalogue import starter
from model.catalogue.dataset import find_dataset
from model.catalogue.schema import DatasetRow, FeatureRow, LabelRow, PhotoRow
from model.catalogue.starter import CLASSES, STARTER, import_starter, starter_examples
from model.catalogue.store import Store, open_store, open_stored, read_photo
from model.errors import NotFound, StoreUnavailable
from model.networks.backbones import BACKBONES, DEFAULT_BACKBONE, Backbone
from model.networks.features import extract_features
from model.networks.inference import feature_map
from model.photos.image import open_photo
from tests.conftest import encoded, photo_ids, picture, put_photo
from tests.starter_set import IN_SPLIT, PHOTOS

ROOT = Path(__file__).parents[3]
[NO_PHOTO] = photo_ids("0" * 64)
LITE0 = BACKBONES[DEFAULT_BACKBONE]
IMPORTS = (
    "from model.catalogue.store import open_store\n"
    "from model.catalogue.starter import import_starter\n"
)
IMPORT = f"{IMPORTS}import_starter(open_store())"


def importing(home: Path, code: str = IMPORT) -> subprocess.Popen[str]:
    """Another process that opens the data folder and imports the starter set."""
    return subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "AREOLE_HOME": str(home)},
        stderr=subprocess.PIPE,
        text=True,
    )


def rows(store: Store, *tables: type) -> list[int]:
    """How many rows each table has."""
    with store.writing() as session:
        return [len(session.scalars(select(table)).all()) for table in tables]


def test_first_start_imports_the_starter_set_with_progress(empty_store: Store) -> None:
    reports: list[tuple[int, int]] = []
    import_starter(empty_store, lambda done, total: reports.append((done, total)))
    assert reports[-1] == (PHOTOS, PHOTOS)
    assert [done for done, _ in reports] == sorted({done for done, _ in reports})
    dataset = find_dataset(empty_store, STARTER)
    assert dataset.classes == CLASSES
    counts = [
        len([labelled for labelled in dataset.photos if labelled.split == split])
        for split in ("train", "valid", "test")
    ]
    assert counts == [IN_SPLIT["train"], IN_SPLIT["valid"], IN_SPLIT["test"]]


def test_importing_again_changes_nothing(store: Store) -> None:
    before = rows(store, DatasetRow, LabelRow)
    import_starter(store, lambda done, total: pytest.fail("imported again"))
    assert rows(store, DatasetRow, LabelRow) == before


def test_photos_are_kept_byte_for_byte(store: Store) -> None:
    with (starter.FOLDER / "photos.csv").open() as opened:
        table = {row["file"]: row["label"] for row in csv.DictReader(opened)}
    with store.writing() as session:
        rows = session.scalars(
            select(LabelRow).join(DatasetRow).where(DatasetRow.name == starter.STARTER)
        )
        kept = [(row.photo, row.file, row.label) for row in rows]
    assert len(kept) == len(table)
    for photo, file, label in kept[::20]:
        assert read_photo(store, photo) == (starter.FOLDER / "photos" / file).read_bytes()
        assert label == table[file]


def test_the_answer_key_is_not_in_the_catalogue(store: Store) -> None:
    columns = {
        column["name"]
        for table in inspect(store.engine).get_table_names()
        for column in inspect(store.engine).get_columns(table)
    }
    assert not columns & {"truth", "defect", "twin"}


def test_the_import_needs_no_answer_key(
    empty_store: Store, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "photos").symlink_to(starter.FOLDER / "photos")
    with (
        (starter.FOLDER / "photos.csv").open() as whole,
        (tmp_path / "photos.csv").open("w", newline="") as blind,
    ):
        table = csv.DictWriter(blind, ["file", "label", "split"], extrasaction="ignore")
        table.writeheader()
        table.writerows(csv.DictReader(whole))
    monkeypatch.setattr(starter, "FOLDER", tmp_path)
    import_starter(empty_store)
    assert (
        find_dataset(empty_store, STARTER).fingerprint == find_dataset(store, STARTER).fingerprint
    )


def test_examples_are_three_a_class_and_none_is_trained_on(store: Store) -> None:
    dataset = find_dataset(store, STARTER)
    splits = {labelled.photo: labelled.split for labelled in dataset.photos}
    shown = starter_examples(store)
    assert {name: len(photos) for name, photos in shown.items()} == dict.fromkeys(CLASSES, 3)
    assert {dataset.label_of(photo) for photo in shown["tree"]} == {"tree"}
    assert "train" not in {splits[photo] for photos in shown.values() for photo in photos}


def test_three_processes_starting_at_once_all_end_well(tmp_path: Path) -> None:
    started = [importing(tmp_path) for _ in range(3)]
    ends = [(process.communicate(timeout=120)[1], process.returncode) for process in started]
    assert [code for _, code in ends] == [0, 0, 0], ends
    assert rows(open_store(tmp_path), DatasetRow, LabelRow, PhotoRow, FeatureRow) == [
        1,
        PHOTOS,
        PHOTOS,
        2 * PHOTOS,  # Those of both backbones that ship
    ]


def test_a_killed_import_leaves_nothing_half_and_is_done_again(tmp_path: Path) -> None:
    killing = (
        f"import os, signal\n{IMPORTS}"
        "kill = lambda done, total: os.kill(os.getpid(), signal.SIGKILL) if done > 200 else None\n"
        "import_starter(open_store(), kill)"
    )
    killed = importing(tmp_path, killing)
    killed.communicate(timeout=120)
    assert killed.returncode == -signal.SIGKILL
    store = open_store(tmp_path)
    assert rows(store, DatasetRow, LabelRow) == [0, 0]
    import_starter(store)
    assert rows(store, DatasetRow, LabelRow, PhotoRow) == [1, PHOTOS, PHOTOS]


def test_a_deleted_data_folder_is_noticed(empty_store: Store) -> None:
    assert empty_store.is_alive()
    (empty_store.home / "catalogue.db").unlink()
    assert not empty_store.is_alive()
    open_store(empty_store.home).engine.dispose()
    assert not empty_store.is_alive()


@pytest.mark.parametrize("home", ["/proc/areole", "a file"])
def test_an_unusable_data_folder_is_a_sentence(home: str, tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("in the way")
    with pytest.raises(StoreUnavailable, match="set AREOLE_HOME to another folder"):
        open_store(tmp_path / home / "inside")


def test_a_read_only_database_is_a_sentence(empty_store: Store) -> None:
    def write() -> None:
        with empty_store.writing() as session:
            session.execute(text("PRAGMA query_only=ON"))
            session.add(PhotoRow(sha256=NO_PHOTO, width=1, height=1, bytes=1))

    with pytest.raises(StoreUnavailable, match="readonly"):
        write()


def test_a_full_disk_is_a_sentence(empty_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: str, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(empty_store.files, "pipe_file", full)
    with pytest.raises(StoreUnavailable, match="No space left on device"):
        put_photo(empty_store, open_photo(encoded(picture())))
    assert rows(empty_store, PhotoRow) == [0]


def test_a_newer_versions_data_folder_is_refused(empty_store: Store) -> None:
    with empty_store.writing() as session:
        session.execute(text("UPDATE areole_schema_version SET version_num = '9999'"))
    with pytest.raises(StoreUnavailable, match="a newer version of Areole"):
        open_store(empty_store.home)


def test_photos_that_are_gone_are_named(store: Store) -> None:
    with pytest.raises(NotFound, match="Upload it again"):
        read_photo(store, NO_PHOTO)


@pytest.mark.parametrize("damage", [b"", b"\xff\xd8\xff half a photo"])
def test_a_damaged_photo_is_named_and_an_empty_one_is_mended(
    empty_store: Store, damage: bytes
) -> None:
    photo = open_photo(encoded(picture()))
    name = put_photo(empty_store, photo)
    (file,) = (empty_store.home / "photos").rglob("*.jpg")
    file.write_bytes(damage)
    with pytest.raises(NotFound, match="damaged"):
        open_stored(empty_store, name)
    put_photo(empty_store, photo)
    assert bool(file.read_bytes() == photo.jpeg) is (damage == b"")


@pytest.mark.parametrize(
    "setting",
    [
        ("AREOLE_DATABASE", "no url"),
        ("AREOLE_DATABASE", "oracle://x/y"),
        ("AREOLE_PHOTOS", "nosuch://x"),
    ],
)
def test_settings_that_mean_nothing_are_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: tuple[str, str]
) -> None:
    monkeypatch.setenv(*setting)
    with pytest.raises(StoreUnavailable, match=r"HOSTING\.md says what they may be"):
        open_store(tmp_path)


def test_keeping_a_photo_twice_keeps_one(empty_store: Store) -> None:
    names = {put_photo(empty_store, open_photo(encoded(picture()))) for _ in range(2)}
    assert rows(empty_store, PhotoRow) == [1]
    assert open_stored(empty_store, names.pop()).size == (120, 90)


def test_many_threads_write_at_once(empty_store: Store) -> None:
    photos = [open_photo(encoded(picture(seed=seed))) for seed in range(30)]
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda photo: put_photo(empty_store, photo), photos))
    assert rows(empty_store, PhotoRow) == [30]


def test_features_are_computed_once_whatever_the_label(
    empty_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos = [put_photo(empty_store, open_photo(encoded(picture(seed=seed)))) for seed in range(20)]
    reports: list[tuple[int, int]] = []
    first = extract_features(
        empty_store, photos[:18], LITE0, lambda done, total: reports.append((done, total))
    )
    assert first.shape == (18, LITE0.channels)
    assert reports == [(0, 18), (16, 18), (18, 18)]
    images: list[Image.Image] = []

    def counted(image: Image.Image, backbone: Backbone) -> NDArray[np.float32]:
        images.append(image)
        return feature_map(image, backbone)

    monkeypatch.setattr("model.networks.features.feature_map", counted)
    again = extract_features(empty_store, photos[::-1], LITE0)
    assert len(images) == 2
    assert np.array_equal(again[::-1][:18], first)


@pytest.mark.parametrize("name", ["efficientnet-lite0", "efficientnet-lite2"])
def test_shipped_features_are_what_the_backbone_sees(
    store: Store, empty_store: Store, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    members = find_dataset(store, STARTER).photos[::30]
    for labelled in members:
        empty_store.files.makedirs(f"{empty_store.photos}/{labelled.photo[:2]}", exist_ok=True)
        empty_store.files.pipe_file(
            f"{empty_store.photos}/{labelled.photo[:2]}/{labelled.photo}.jpg",
            read_photo(store, labelled.photo),
        )
    with empty_store.writing() as session:
        session.add_all(
            PhotoRow(sha256=labelled.photo, width=1, height=1, bytes=1) for labelled in members
        )
    photos = [labelled.photo for labelled in members]
    computed = extract_features(empty_store, photos, BACKBONES[name])
    monkeypatch.setattr("model.networks.features.feature_map", None)  # All of these ship.
    shipped = extract_features(store, photos, BACKBONES[name])
    assert np.allclose(shipped, computed, atol=0.02)
    assert np.abs(shipped - computed).mean() < 1e-3


def test_the_starter_set_comes_without_its_shipped_features_too(
    empty_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starter, "FEATURES", tmp_path / "absent")
    import_starter(empty_store)
    assert rows(empty_store, LabelRow, FeatureRow) == [PHOTOS, 0]
