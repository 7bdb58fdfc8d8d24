"""What is to become of a bundle's files, and that a dataset that was taken away comes back as it
was.
"""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

import pytest

from model.catalogue.dataset import Dataset, find_dataset
from model.catalogue.edits import DELETE, RELABEL
from model.catalogue.origins import Origin, attribution, origins
from model.catalogue.starter import STARTER
from model.catalogue.store import Store, open_store, read_photo
from model.cleaning.decisions import Decision, decide
from model.csv_files import as_csv, from_csv
from model.datasets.archives import uploaded_bundle, zip_bundle
from model.datasets.export import write_zip
from model.datasets.folders import Bundle, ImportFile
from model.datasets.import_plan import NO_CLASS, Plan, plan
from model.datasets.intake import ImportResult, IncomingPhoto, add_photos
from model.datasets.layout import ATTRIBUTION, TABLE
from model.datasets.manage import create_dataset
from model.photos.photo_id import PhotoId
from tests.conftest import encoded, picture, without_starter_photos
from tests.model.datasets.arriving import FROM_TEST, arriving, bring, data_of, name_of

Files = dict[str, bytes]
CLASSES = ("zebra", "ant", "Test")  # Not by the alphabet; the last is named like a split.


def file(path: str, label: str | None, split: str | None = None) -> ImportFile:
    return ImportFile(path, label, split, lambda: b"")


def bundle(*files: ImportFile, table: bytes | None = None) -> Bundle:
    return Bundle(files, (), table)


def placed(found: Plan) -> list[tuple[str, str, str | None]]:
    return [(one.file, one.label, one.split) for one in found.arrivals]


def zoo(store: Store, workspace: str) -> str:
    """A dataset with splits that no hash would give, photos of several origins, and edits."""
    name = create_dataset(store, "Zoo", CLASSES, owner=workspace)
    splits = ("test", "valid", "train", "train", "valid")
    animals = [arriving(seed, CLASSES[seed % 3], splits[seed % 5]) for seed in range(30)]
    from_web = replace(
        FROM_TEST,
        author="Zoë & Ölaf",
        title='A "zebra", =1+1',
        licence_url="",
        page="https://zoo.example/?a=1&copy=2",
    )
    odd = [
        replace(arriving(40, "ant", "train"), origin=from_web),
        replace(arriving(41, "ant"), origin=Origin("camera")),
    ]
    odd += [replace(arriving(seed, "zebra", "train"), file="same name.jpg") for seed in (42, 43)]
    bring(store, name, [*animals, *odd], workspace)
    trained = [one for one in find_dataset(store, name).photos if one.split == "train"]
    to = {"zebra": "ant", "ant": "Test", "Test": "zebra"}
    decide(
        store,
        workspace,
        [
            Decision(trained[0].photo, DELETE),
            Decision(trained[3].photo, RELABEL, to[trained[3].label]),
        ],
    )
    return name


def taken_away(store: Store, name: str, workspace: str | None) -> bytes:
    buffer = BytesIO()
    write_zip(
        store, find_dataset(store, name, workspace=workspace), find_dataset(store, name), buffer
    )
    return buffer.getvalue()


def unpacked(data: bytes) -> Files:
    with ZipFile(BytesIO(data)) as folder:
        return {name: folder.read(name) for name in folder.namelist()}


def packed(files: Files) -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w") as folder:
        for name, data in files.items():
            folder.writestr(name, data)
    return buffer.getvalue()


def brought_back(store: Store, workspace: str, data: bytes) -> tuple[Dataset, ImportResult]:
    """A new dataset of what a ZIP holds."""
    report = ImportResult()
    with zip_bundle(BytesIO(data)) as opened:
        found = plan(opened, ())
        report.refused += found.refused
        name = create_dataset(store, "Back", found.classes, owner=workspace)
        add_photos(store, name, found.arrivals, report, total=len(found.arrivals), owner=workspace)
    return find_dataset(store, name), report


@pytest.mark.parametrize("place", ["the same", "a fresh"])
def test_a_dataset_taken_away_comes_back_as_it_was(
    bare_store: Store, workspace: str, tmp_path: Path, place: str
) -> None:
    name = zoo(bare_store, workspace)
    seen = find_dataset(bare_store, name, workspace=workspace)
    data = taken_away(bare_store, name, workspace)
    into = bare_store
    if place == "a fresh":
        into = without_starter_photos(open_store(tmp_path / "fresh"))
    back, report = brought_back(into, workspace, data)
    assert report.refused == []
    assert back.classes == seen.classes == CLASSES
    assert back.fingerprint == seen.fingerprint
    known = origins(bare_store, seen.id)
    assert origins(into, back.id) == {one.photo: known[one.photo] for one in seen.photos}
    assert all(
        read_photo(into, one.photo) == read_photo(bare_store, one.photo) for one in seen.photos
    )
    into.engine.dispose()


def test_photos_of_the_starter_set_come_back_as_they_were(store: Store, workspace: str) -> None:
    starter = find_dataset(store, STARTER)
    some, buffer = replace(starter, photos=starter.photos[::20]), BytesIO()
    write_zip(store, some, some, buffer)
    back, report = brought_back(store, workspace, buffer.getvalue())
    assert (report.added, report.refused, back.fingerprint) == (
        len(some.photos),
        [],
        some.fingerprint,
    )
    assert set(origins(store, back.id).values()) == set(origins(store, starter.id).values())


def test_it_comes_back_from_a_folder_around_it_too(bare_store: Store, workspace: str) -> None:
    name = zoo(bare_store, workspace)
    around = {
        f"Downloads/{path}": data
        for path, data in unpacked(taken_away(bare_store, name, None)).items()
    }
    back, report = brought_back(bare_store, workspace, packed(around))
    assert (back.fingerprint, report.refused) == (find_dataset(bare_store, name).fingerprint, [])


def test_a_moved_file_changes_its_label_only(bare_store: Store, workspace: str) -> None:
    name = zoo(bare_store, workspace)
    files = unpacked(taken_away(bare_store, name, None))
    one, two = [path for path in files if path.startswith("train/zebra/")][:2]
    files[f"train/ant/{PurePosixPath(one).name}"] = files.pop(one)
    files[f"test/ant/{PurePosixPath(two).name}"] = files.pop(
        two
    )  # Somebody who does not look at splits
    photos = {row["file"]: row["photo"] for row in from_csv(files[TABLE])}
    back, _ = brought_back(bare_store, workspace, packed(files))
    before = find_dataset(bare_store, name)
    moved = [
        (labelled.photo, labelled.label, labelled.split)
        for labelled in back.photos
        if labelled.label != before.label_of(labelled.photo)
    ]
    assert sorted(moved) == sorted((photos[path], "ant", "train") for path in (one, two))
    assert {one.photo: one.split for one in back.photos} == {
        one.photo: one.split for one in before.photos
    }
    known, was = origins(bare_store, back.id), origins(bare_store, before.id)
    assert known == was


def test_a_file_that_is_new_in_a_zip_of_ours_is_an_upload(
    bare_store: Store, workspace: str
) -> None:
    files = unpacked(taken_away(bare_store, zoo(bare_store, workspace), None))
    files["valid/ant/holiday.jpg"] = data_of(70)
    back, _ = brought_back(bare_store, workspace, packed(files))
    assert origins(bare_store, back.id)[name_of(70)] == Origin("upload")
    assert next(one.split for one in back.photos if one.photo == name_of(70)) == "valid"


def test_hashes_in_the_table_are_never_trusted_as_names(bare_store: Store, workspace: str) -> None:
    name = zoo(bare_store, workspace)
    files = unpacked(taken_away(bare_store, name, None))
    kept = {
        one.photo: read_photo(bare_store, one.photo)
        for one in find_dataset(bare_store, name).photos
    }
    path = next(path for path in files if path.startswith("train/"))
    files[path] = data_of(71)  # Another picture under the name and hash of one that is kept
    rows: list[dict[str, object]] = [dict(row) for row in from_csv(files[TABLE])]
    for row in rows[::2]:
        row["photo"] = "../../../../evil"
    files[TABLE] = as_csv(rows)
    back, report = brought_back(bare_store, workspace, packed(files))
    assert report.refused == []
    assert name_of(71) in back.labels
    assert {photo: read_photo(bare_store, photo) for photo in kept} == kept
    assert {one.photo for one in back.photos} - {name_of(71)} < kept.keys()


def table_of(**changes: str) -> bytes:
    """A table as ours, of one file."""
    row = {
        "file": "train/ant/a.jpg",
        "photo": "0" * 64,
        "split": "valid",
        "label": "ant",
        "imported label": "ant",
        "source": "Commons",
    }
    return as_csv([dict(row | changes)])


HOSTILE = {
    "author": ("<b>Ana</b>\0\u202e evil\nline", "Ana evil line"),
    "title": ("t" * 1000, "t" * 254 + "…"),
    "page": ("javascript:alert(1)", ""),
    "licence url": ("http://plain.example/", ""),
    "licence": ("[CC0](https://evil.example)\x1b[31m", "[CC0](https://evil.example)[31m"),
}


@pytest.mark.parametrize("column", HOSTILE)
def test_what_a_table_says_is_made_fit_to_be_shown(column: str) -> None:
    [arrival] = plan(
        bundle(
            file("train/ant/a.jpg", "ant", "train"), table=table_of(**{column: HOSTILE[column][0]})
        ),
        (),
    ).arrivals
    assert getattr(arrival.origin, column.replace(" ", "_")) == HOSTILE[column][1]
    assert arrival.origin.source == "Commons"


def test_a_file_keeps_the_name_it_has_and_not_the_tables() -> None:
    [arrival] = plan(
        bundle(
            file("ant/a.jpg", "ant"), table=table_of(file="x\0\u202e/../" + "y" * 999 + "/a.jpg")
        ),
        (),
    ).arrivals
    assert (arrival.file, arrival.split, arrival.origin.source) == ("ant/a.jpg", "valid", "Commons")


@pytest.mark.parametrize(
    "table",
    [
        b"",
        b"no table at all",
        b"\xff\xfe\x00broken",
        b"file,split,label\nant/a.jpg,test,ZEBRA\n",  # Kaggle's, say
        b"id;file;photo\n1;ant/a.jpg;x\n",
        b"file,photo,split,label,imported label\n",
        # Ours, of other files
        b"file,photo,split,label,imported label\nant/b.jpg,x,test,ZEBRA,ZEBRA\n",
        b"file,photo,split,label,imported label\nant/a.jpg\n",
        b"file,photo,split,label,imported label\nant/a.jpg,x,nowhere,ANT,\n",
        b'file,photo\n"' + b"x" * 200_000,
    ],
)
def test_a_foreign_table_is_harmless(table: bytes) -> None:
    found = plan(
        bundle(file("ant/a.jpg", "ant"), file("bee/a.jpg", "bee", "test"), table=table), ("Ant",)
    )
    assert placed(found) == [("ant/a.jpg", "Ant", None), ("bee/a.jpg", "bee", "test")]
    assert found.classes == ("Ant", "bee")
    assert {one.origin for one in found.arrivals} == {Origin("upload")}


def test_folders_are_classes_and_known_ones_keep_their_spelling() -> None:
    files = [
        file("Cat/1.jpg", "Cat"),
        file("CAT/2.jpg", "CAT", "valid"),
        file("dog/3.jpg", "dog"),
        file("Fox/4.jpg", "Fox"),
    ]
    found = plan(bundle(*files), ("cat", "dog", "elk"))
    assert [where[1:] for where in placed(found)] == [
        ("cat", None),
        ("cat", "valid"),
        ("dog", None),
        ("Fox", None),
    ]
    assert found.classes == ("cat", "dog", "elk", "Fox")
    assert [found.count(name) for name in found.classes] == [2, 1, 0, 1]
    assert len(found.notices) == 1


def test_loose_photos_have_the_class_that_was_told_or_are_refused() -> None:
    loose = bundle(file("1.jpg", None), file("???/2.jpg", "???"), file("rose/3.jpg", "rose"))
    assert [(one.path, one.reason) for one in plan(loose, ("cat",)).refused] == [
        ("1.jpg", NO_CLASS),
        ("???/2.jpg", NO_CLASS),
    ]
    assert placed(plan(loose, ("cat",), loose="CAT"))[0] == ("1.jpg", "cat", None)
    new = plan(loose, (), loose=" oak ")
    assert placed(new) == [("1.jpg", "oak", None), ("rose/3.jpg", "rose", None)]
    assert set(new.classes) == {"oak", "rose"}


def test_the_source_is_the_visitors_own_word() -> None:
    assert plan(bundle(file("a/1.jpg", "a")), (), source="import").arrivals[0].origin == Origin(
        "import"
    )


def test_refused_files_of_the_bundle_are_told_but_not_our_own_attribution(
    bare_store: Store, workspace: str
) -> None:
    data = taken_away(bare_store, zoo(bare_store, workspace), None)
    with zip_bundle(BytesIO(packed({**unpacked(data), "notes.txt": b"hello"}))) as opened:
        assert [one.path for one in plan(opened, ()).refused] == ["notes.txt"]
    foreign = uploaded_bundle([("a/1.jpg", b"x"), (ATTRIBUTION, b"somebody's")])
    assert [one.path for one in plan(foreign, ()).refused] == [ATTRIBUTION]


@pytest.mark.parametrize("compose", [lambda path: path, lambda path: f"pets/{path}"])
def test_a_browsers_upload_is_planned_like_a_folder(
    compose: Callable[[str], str], bare_store: Store, workspace: str
) -> None:
    photos = {
        "cats/1.jpg": encoded(picture(seed=1)),
        "dogs/1.jpg": encoded(picture(seed=2)),
        "dogs/bad.jpg": b"no",
    }
    found = plan(uploaded_bundle([(compose(path), data) for path, data in photos.items()]), ())
    name = create_dataset(bare_store, "Pets", found.classes, owner=workspace)
    report = bring(bare_store, name, found.arrivals, workspace)
    assert (report.added, len(report.refused), found.classes) == (2, 1, ("cats", "dogs"))


def test_the_attribution_names_every_photo_with_its_maker(
    bare_store: Store, workspace: str
) -> None:
    name = zoo(bare_store, workspace)
    files = unpacked(taken_away(bare_store, name, workspace))
    text = files.pop(ATTRIBUTION).decode()
    rows = {row["file"]: row for row in from_csv(files.pop(TABLE)) if row["file"]}
    known = origins(bare_store, find_dataset(bare_store, name).id)
    assert rows.keys() == files.keys()
    for path, row in rows.items():
        origin = known[PhotoId(row["photo"])]
        assert f"{path}: {attribution(origin)}\n" in text
        assert (row["source"], row["author"], row["page"]) == (
            origin.source,
            origin.author,
            origin.page,
        )
    assert (
        "by Ana, CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/), from test, https://garden.example/1"
        in text
    )
    assert "a photo by an unnamed author, no licence given, from camera" in text


def test_arrivals_are_read_only_once_they_are_taken() -> None:
    def never() -> bytes:
        raise AssertionError

    [arrival] = plan(bundle(ImportFile("a/1.jpg", "a", None, never)), ()).arrivals
    assert isinstance(arrival, IncomingPhoto)
