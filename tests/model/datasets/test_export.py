"""A cleaned dataset taken away and brought back.

As it was written, as a spreadsheet or a file manager left it, and as nonsense.
"""

import csv
import random
from collections.abc import Callable, Iterable
from io import BytesIO, StringIO
from pathlib import PurePosixPath
from zipfile import ZIP_DEFLATED, ZIP_LZMA, ZIP_STORED, ZipFile

import pytest

from model.catalogue.dataset import Dataset, find_dataset
from model.catalogue.edits import DELETE, KEEP, RELABEL
from model.catalogue.starter import STARTER, starter_examples
from model.catalogue.store import Store, read_photo
from model.catalogue.workspaces import ask_about, new_workspace_id
from model.cleaning import decisions_file
from model.cleaning.decisions import Decision, decide, history, label_photo, undo
from model.cleaning.decisions_file import decisions_from, edits_as_csv
from model.csv_files import as_csv, from_csv
from model.datasets.export import write_zip
from model.datasets.layout import ATTRIBUTION, MAX_TABLE_BYTES, TABLE
from model.errors import InvalidRequest
from model.photos.image import open_photo
from model.photos.photo_id import PhotoId
from tests.conftest import encoded, picture

Files = dict[str, bytes]
REASONS = (
    *("", "=1+1", "-", "+49", "@home", "\tindented", "'=quoted", "'plain'", 'says "tree"', "a;b,c"),
    *("two\nlines", "two\r\nlines", "old\rline", "-\n=", "Kaktus, grün 🌵", " spaces "),
)

NAMES = (
    "../../../etc/passwd",
    "..",
    "C:\\x.jpg",
    "a/b\\c:d.jpg",
    "",
    ".jpg",
    "=x.jpg",
    "木" * 250,
    "x" * 255,
)


def mine(store: Store, workspace: str) -> Dataset:
    """The dataset as a workspace has it."""
    return find_dataset(store, STARTER, workspace=workspace)


def trees(store: Store, number: int) -> list[PhotoId]:
    """Some photos of train and valid that were imported as trees."""
    members = find_dataset(store, STARTER).photos
    return [
        labelled.photo
        for labelled in members
        if labelled.label == "tree" and labelled.split != "test"
    ][:number]


def clean_a_little(store: Store, workspace: str) -> None:
    """Relabel some photos, delete some, keep one."""
    photos = trees(store, 9)
    decide(store, workspace, [Decision(photo, RELABEL, "cactus", "spines") for photo in photos[:4]])
    decide(store, workspace, [Decision(photo, DELETE, reason="a copy") for photo in photos[4:8]])
    decide(store, workspace, [Decision(photos[8], KEEP, reason="fine")])


def taken_away(store: Store, workspace: str) -> bytes:
    """A workspace's dataset as ZIP."""
    file = BytesIO()
    write_zip(store, mine(store, workspace), find_dataset(store, STARTER), file)
    return file.getvalue()


def unpacked(data: bytes) -> Files:
    with ZipFile(BytesIO(data)) as folder:
        return {name: folder.read(name) for name in folder.namelist()}


def packed(files: Files, compression: int = ZIP_STORED) -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w", compression) as folder:
        for name, data in files.items():
            folder.writestr(name, data)
    return buffer.getvalue()


def name_of(files: Files, photo: PhotoId) -> str:
    """The file that a photo has in a ZIP."""
    return next(row["file"] for row in from_csv(files[TABLE]) if row["photo"] == photo)


def moved(name: str, label: str) -> str:
    """A file's name in another class folder."""
    path = PurePosixPath(name)
    return str(path.parent.parent / label / path.name)


def bring_back(store: Store, workspace: str, data: bytes) -> int:
    """Do what a file says; how many rows it names that are not there or not to be edited."""
    decisions, unknown = decisions_from(data, find_dataset(store, STARTER), mine(store, workspace))
    decide(store, workspace, decisions)
    return unknown


def said(store: Store, workspace: str) -> list[tuple[PhotoId, str, str | None, str]]:
    """All decisions that stand."""
    standing = history(store, workspace).standing.values()
    return sorted((edit.photo, edit.action, edit.label, edit.reason) for edit in standing)


def decisions_csv(store: Store, workspace: str) -> bytes:
    return edits_as_csv(history(store, workspace).standing.values(), find_dataset(store, STARTER))


def refused(store: Store, data: bytes, match: str) -> None:
    """A file is refused with this sentence."""
    imported = find_dataset(store, STARTER)
    with pytest.raises(InvalidRequest, match=match):
        decisions_from(data, imported, imported)


@pytest.fixture
def fresh() -> str:
    """A second new visitor's workspace."""
    return new_workspace_id()


@pytest.fixture(scope="module")
def untouched(store: Store) -> Files:
    """The starter set as it is taken away."""
    return unpacked(taken_away(store, new_workspace_id()))


@pytest.fixture
def files(untouched: Files) -> Files:
    """A copy of it to change."""
    return dict(untouched)


def test_a_zip_brings_a_cleaned_dataset_into_a_fresh_workspace(
    store: Store, workspace: str, fresh: str
) -> None:
    clean_a_little(store, workspace)
    assert bring_back(store, fresh, taken_away(store, workspace)) == 0
    assert (
        mine(store, fresh).fingerprint
        == mine(store, workspace).fingerprint
        != find_dataset(store, STARTER).fingerprint
    )
    assert {edit.step for edit in history(store, fresh).edits} == {1}


def test_a_csv_brings_decisions_and_reasons_into_a_fresh_workspace(
    store: Store, workspace: str, fresh: str
) -> None:
    clean_a_little(store, workspace)
    assert bring_back(store, fresh, decisions_csv(store, workspace)) == 0
    assert said(store, fresh) == said(store, workspace)
    assert mine(store, fresh).fingerprint == mine(store, workspace).fingerprint


def test_the_imported_dataset_as_zip_takes_a_cleaning_back(
    store: Store, workspace: str, files: Files
) -> None:
    clean_a_little(store, workspace)
    bring_back(store, workspace, packed(files))
    assert mine(store, workspace).fingerprint == find_dataset(store, STARTER).fingerprint


@pytest.mark.parametrize("form", [taken_away, decisions_csv])
def test_bringing_back_what_is_there_changes_nothing(
    store: Store, workspace: str, form: Callable[[Store, str], bytes]
) -> None:
    clean_a_little(store, workspace)
    before = history(store, workspace)
    bring_back(store, workspace, form(store, workspace))
    assert history(store, workspace) == before


def test_what_was_brought_back_is_undone_at_once(store: Store, workspace: str, fresh: str) -> None:
    clean_a_little(store, workspace)
    bring_back(store, fresh, taken_away(store, workspace))
    undo(store, fresh, 1)
    assert mine(store, fresh).fingerprint == find_dataset(store, STARTER).fingerprint


def test_a_zip_holds_every_photo_as_it_is_kept_in_its_class_folder(
    store: Store, workspace: str
) -> None:
    clean_a_little(store, workspace)
    files = unpacked(taken_away(store, workspace))
    rows = [row for row in from_csv(files.pop(TABLE)) if row["file"]]  # The others were deleted.
    members = {labelled.photo: labelled for labelled in mine(store, workspace).photos}
    was = find_dataset(store, STARTER).labels
    assert {row["photo"] for row in rows} == set(members)
    assert {row["file"] for row in rows} | {ATTRIBUTION} == set(files)
    for row in rows:
        labelled = members[PhotoId(row["photo"])]
        assert row["file"].startswith(f"{labelled.split}/{labelled.label}/")
        assert (row["split"], row["label"], row["imported label"]) == (
            labelled.split,
            labelled.label,
            was[labelled.photo],
        )
        assert files[row["file"]] == read_photo(store, labelled.photo)


@pytest.mark.parametrize("reason", REASONS)
def test_any_reason_survives_a_csv(store: Store, workspace: str, fresh: str, reason: str) -> None:
    one, two = trees(store, 2)
    decide(
        store, workspace, [Decision(one, KEEP, reason=reason), Decision(two, DELETE, reason=reason)]
    )
    assert bring_back(store, fresh, decisions_csv(store, workspace)) == 0
    assert said(store, fresh) == said(store, workspace)


@pytest.mark.parametrize("reason", ["=1+1", "-1", "+1", "@x"])
def test_no_reason_is_a_formula_to_a_spreadsheet(store: Store, workspace: str, reason: str) -> None:
    decide(store, workspace, [Decision(trees(store, 1)[0], KEEP, reason=reason)])
    text = decisions_csv(store, workspace).decode("utf-8-sig")
    [row] = csv.DictReader(StringIO(text, newline=""))
    assert row["reason"] == f"'{reason}"


@pytest.mark.parametrize("separator", [";", "\t", ","])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8"])
def test_a_spreadsheet_may_save_the_csv_in_its_own_way(
    store: Store, workspace: str, fresh: str, separator: str, encoding: str
) -> None:
    one, two, three = trees(store, 3)
    decide(
        store,
        workspace,
        [Decision(one, DELETE, reason="a; b, c"), Decision(two, KEEP, reason='"so"\nso')],
    )
    decide(store, workspace, [Decision(three, RELABEL, "cactus", "=1")])
    rows = list(
        csv.reader(StringIO(decisions_csv(store, workspace).decode("utf-8-sig"), newline=""))
    )
    saved = StringIO()
    csv.writer(saved, delimiter=separator, lineterminator="\r\n").writerows(rows)
    assert bring_back(store, fresh, saved.getvalue().encode(encoding)) == 0
    assert said(store, fresh) == said(store, workspace)


def test_columns_may_be_moved_and_added(store: Store, workspace: str) -> None:
    [photo] = trees(store, 1)
    bring_back(
        store,
        workspace,
        f"reason,mine,label,action,photo\nspines,x,cactus,relabel,{photo}\n".encode(),
    )
    assert said(store, workspace) == [(photo, RELABEL, "cactus", "spines")]


def test_a_row_without_its_last_cells_is_no_crash(store: Store, workspace: str) -> None:
    one, two = trees(store, 2)
    bring_back(
        store,
        workspace,
        f"action,label,reason,photo\ndelete,,x,{one}\ndelete\nkeep,,y,{two}\n".encode(),
    )
    assert [(photo, action) for photo, action, _, _ in said(store, workspace)] == sorted(
        [(one, DELETE), (two, KEEP)]
    )


def test_a_first_row_without_its_last_cells_is_still_a_row(store: Store, workspace: str) -> None:
    one, two = trees(store, 2)
    bring_back(
        store, workspace, f"photo,action,label,reason\n{one},delete\n{two},keep,,y\n".encode()
    )
    assert [(photo, action) for photo, action, _, _ in said(store, workspace)] == sorted(
        [(one, DELETE), (two, KEEP)]
    )


def test_rows_about_other_photos_or_classes_are_counted_and_left(
    store: Store, workspace: str
) -> None:
    one, two = trees(store, 2)
    table = (
        f"photo,action,label,reason\n{'0' * 64},delete,,\n{one},relabel,bush,\n"
        f"{two},delete,,\n,delete,,\n../{two},delete,,\n"
    )
    assert bring_back(store, workspace, table.encode()) == 4
    assert [photo for photo, *_ in said(store, workspace)] == [two]


def test_a_csv_cannot_edit_the_test_split(store: Store, workspace: str) -> None:
    photos = [photo for row in starter_examples(store).values() for photo in row]
    table = "photo,action,label,reason\n" + "".join(
        f"{photo},relabel,tree,\n{photo},delete,,\n" for photo in photos
    )
    assert bring_back(store, workspace, table.encode()) == 2 * len(photos)
    assert said(store, workspace) == []


def test_a_zip_cannot_edit_the_test_split(store: Store, workspace: str, files: Files) -> None:
    gone, elsewhere = (name_of(files, photo) for photo in starter_examples(store)["tree"][:2])
    del files[gone]
    files[moved(elsewhere, "cactus")] = files.pop(elsewhere)
    assert bring_back(store, workspace, packed(files)) == 2
    assert said(store, workspace) == []


def test_a_file_in_another_class_folder_is_relabelled(
    store: Store, workspace: str, files: Files
) -> None:
    [photo] = trees(store, 1)
    name = name_of(files, photo)
    files[moved(name, "succulent")] = files.pop(name)
    assert bring_back(store, workspace, packed(files)) == 0
    assert [decision[:3] for decision in said(store, workspace)] == [(photo, RELABEL, "succulent")]


def test_a_file_moved_to_another_split_too_stays_in_its_split(
    store: Store, workspace: str, files: Files
) -> None:
    [photo] = trees(store, 1)
    name = name_of(files, photo)
    files[f"test/cactus/{PurePosixPath(name).name}"] = files.pop(name)
    split = next(
        labelled.split
        for labelled in find_dataset(store, STARTER).photos
        if labelled.photo == photo
    )
    bring_back(store, workspace, packed(files))
    assert [
        (one.label, one.split) for one in mine(store, workspace).photos if one.photo == photo
    ] == [("cactus", split)]


def test_a_file_in_a_folder_that_is_no_class_is_counted_and_left(
    store: Store, workspace: str, files: Files
) -> None:
    name = name_of(files, trees(store, 1)[0])
    files[moved(name, "unsure")] = files.pop(name)
    assert bring_back(store, workspace, packed(files)) == 1
    assert said(store, workspace) == []


def test_a_missing_file_was_deleted(store: Store, workspace: str, files: Files) -> None:
    photos = trees(store, 3)
    for photo in photos:
        del files[name_of(files, photo)]
    assert bring_back(store, workspace, packed(files)) == 0
    assert [decision[:3] for decision in said(store, workspace)] == sorted(
        (photo, DELETE, None) for photo in photos
    )


def test_a_photo_that_is_new_in_the_zip_is_left(store: Store, workspace: str, files: Files) -> None:
    files["train/tree/holiday.jpg"] = encoded(picture(seed=420))
    assert bring_back(store, workspace, packed(files)) == 0
    assert said(store, workspace) == []


@pytest.mark.parametrize("top", ["cleaned/", "Downloads/cleaned (1)/", "./", "/"])
def test_the_files_may_lie_in_another_folder(
    store: Store, workspace: str, files: Files, top: str
) -> None:
    one, two = trees(store, 2)
    del files[name_of(files, one)]
    name = name_of(files, two)
    files[moved(name, "cactus")] = files.pop(name)
    bring_back(store, workspace, packed({f"{top}{name}": data for name, data in files.items()}))
    assert [decision[:3] for decision in said(store, workspace)] == sorted(
        [(one, DELETE, None), (two, RELABEL, "cactus")]
    )


def test_what_a_mac_puts_beside_the_files_is_not_looked_at(
    store: Store, workspace: str, files: Files
) -> None:
    beside = {
        f"__MACOSX/cleaned/{PurePosixPath(name).parent}/._{PurePosixPath(name).name}": b"fork"
        for name in files
    }
    cleaned = {f"cleaned/{name}": data for name, data in files.items()}
    assert (
        bring_back(
            store,
            workspace,
            packed({"cleaned/": b"", "cleaned/.DS_Store": b"", **cleaned, **beside}),
        )
        == 0
    )
    assert said(store, workspace) == []


def test_a_zip_may_be_compressed(store: Store, workspace: str, files: Files) -> None:
    [photo] = trees(store, 1)
    del files[name_of(files, photo)]
    bring_back(
        store, workspace, packed(dict.fromkeys(files, b"") | {TABLE: files[TABLE]}, ZIP_DEFLATED)
    )
    assert [decision[:2] for decision in said(store, workspace)] == [(photo, DELETE)]


def test_added_photos_of_the_same_name_keep_apart(store: Store, workspace: str) -> None:
    added = [open_photo(encoded(picture(seed=430 + number))) for number in range(3)]
    for photo, name in zip(added, ("IMG.jpg", "IMG.jpg", "img.jpg"), strict=True):
        ask_about(store, workspace, photo, name)
        label_photo(store, workspace, photo.sha256, "tree")
    files = unpacked(taken_away(store, workspace))
    names = [name_of(files, photo.sha256) for photo in added]
    assert len({name.casefold() for name in names}) == 3
    files[moved(names[1], "cactus")] = files.pop(names[1])
    bring_back(store, workspace, packed(files))
    labels = mine(store, workspace).labels
    assert [labels[photo.sha256] for photo in added] == ["tree", "cactus", "tree"]


@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name[:5]))
def test_any_name_of_an_added_photo_can_be_unpacked_and_brought_back(
    store: Store, workspace: str, name: str
) -> None:
    photo = open_photo(encoded(picture(seed=440)))
    ask_about(store, workspace, photo, name)
    label_photo(store, workspace, photo.sha256, "tree")
    data = taken_away(store, workspace)
    files = unpacked(data)
    written = name_of(files, photo.sha256)
    assert written.startswith("train/tree/")
    assert len(PurePosixPath(written).parts) == 3
    assert not set(written) & set("\\:")
    assert len(PurePosixPath(written).name.encode()) <= 255
    before = history(store, workspace)
    assert bring_back(store, workspace, data) == 0
    assert history(store, workspace) == before
    del files[written]
    bring_back(store, workspace, packed(files))
    assert mine(store, workspace).fingerprint == find_dataset(store, STARTER).fingerprint


def test_an_added_photo_that_another_workspace_lacks_is_counted(
    store: Store, workspace: str, fresh: str
) -> None:
    photo = open_photo(encoded(picture(seed=441)))
    ask_about(store, workspace, photo, "x.jpg")
    label_photo(store, workspace, photo.sha256, "tree")
    assert bring_back(store, fresh, taken_away(store, workspace)) == 1
    assert said(store, fresh) == []


def test_names_that_climb_out_of_the_folder_do_no_harm(
    store: Store, workspace: str, files: Files
) -> None:
    [photo] = trees(store, 1)
    name = PurePosixPath(name_of(files, photo)).name
    del files[name_of(files, photo)]
    files[f"../../../train/cactus/{name}"] = b"evil"
    files["../../../../tmp/evil.jpg"] = b"evil"
    rows = from_csv(files[TABLE])
    climbing: list[dict[str, object]] = [{**row, "file": f"../../{row['file']}"} for row in rows]
    climbing.append({**climbing[0], "photo": "../../../../etc/passwd"})
    files[TABLE] = as_csv(climbing)
    kept = read_photo(store, photo)
    assert bring_back(store, workspace, packed(files)) == 1
    assert [decision[:3] for decision in said(store, workspace)] == [(photo, RELABEL, "cactus")]
    assert read_photo(store, photo) == kept


@pytest.mark.parametrize(
    "data",
    [b"", b"hello", b"# Notes\n\nBuy a cactus.\n", b"a,b\n1,2\n", b"photo,action\nx,keep\n", b"{}"],
)
def test_a_text_that_is_no_table_is_refused(store: Store, data: bytes) -> None:
    refused(store, data, "no table of edits: it needs the columns")


@pytest.mark.parametrize(
    "data",
    [encoded(picture()), "photo;action".encode("utf-16"), b"\x80\x81", b'a,b\n"' + b"x" * 200_000],
    ids=["a photo", "utf-16", "no utf-8", "an endless cell"],
)
def test_bytes_that_are_no_text_are_refused(store: Store, data: bytes) -> None:
    refused(store, data, "no table of edits")


def test_random_bytes_are_refused(store: Store) -> None:
    chance = random.Random(0)
    for size in range(200):
        refused(store, chance.randbytes(size), "no table of edits")
        refused(store, b"PK" + chance.randbytes(size), "cannot be read")


def test_half_a_zip_is_refused(store: Store, files: Files) -> None:
    data = packed(files)
    refused(store, data[: len(data) // 2], "broken or encrypted")


@pytest.mark.parametrize("compression", [ZIP_STORED, ZIP_DEFLATED, ZIP_LZMA])
def test_a_damaged_zip_is_refused_or_read_but_never_a_crash(
    store: Store, files: Files, compression: int
) -> None:
    imported, chance = find_dataset(store, STARTER), random.Random(1)
    few = dict(list(files.items())[:20])
    whole = packed({**dict.fromkeys(few, b"x"), TABLE: files[TABLE][:3000]}, compression)
    sentences = set()
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(3):
            data[chance.randrange(2, len(data))] = chance.randrange(256)
        try:
            decisions_from(bytes(data), imported, imported)
        except InvalidRequest as error:
            sentences.add(str(error))
    assert "This ZIP cannot be read: it is broken or encrypted." in sentences


def test_an_encrypted_zip_is_refused(store: Store) -> None:
    data = bytearray(packed({TABLE: b"photo,file\n"}))
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + flags] |= 1
    refused(store, bytes(data), "broken or encrypted")


@pytest.mark.parametrize("names", [[], ["word/document.xml"], [f"a/{TABLE}", f"b/{TABLE}"]])
def test_a_foreign_zip_is_refused(store: Store, names: Iterable[str]) -> None:
    refused(
        store,
        packed(dict.fromkeys(names, b"photo,file\n")),
        f"not made here: it needs one table {TABLE}",
    )


@pytest.mark.parametrize(
    "table", [b"", b"name,size\na,1\n", b"photo,file\n" + b"0" * 64 + b",train/tree/x.jpg\n"]
)
def test_a_zip_of_other_photos_is_refused(store: Store, table: bytes) -> None:
    refused(
        store, packed({"train/tree/x.jpg": b"x", TABLE: table}), "none of this dataset's photos"
    )


def test_a_zip_whose_table_is_no_text_is_refused(store: Store) -> None:
    refused(store, packed({TABLE: b"\xff\xfe\x00"}), "cannot be read")


def test_a_zip_of_too_many_files_is_refused(
    store: Store, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decisions_file, "MAX_FILES", len(files) - 1)
    refused(store, packed(files), f"more than {len(files) - 1} files")


def test_no_more_of_a_bomb_is_read_than_a_table_may_have(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []

    def measured(data: bytes) -> list[dict[str, str]]:
        sizes.append(len(data))
        return []

    monkeypatch.setattr(decisions_file, "from_csv", measured)
    bomb = packed({TABLE: bytes(3 * MAX_TABLE_BYTES)}, ZIP_DEFLATED)
    assert len(bomb) < 100_000
    refused(store, bomb, "ZIP")
    assert sizes == [MAX_TABLE_BYTES]


def test_a_bomb_is_refused(store: Store) -> None:
    refused(store, packed({TABLE: bytes(2 * MAX_TABLE_BYTES)}, ZIP_DEFLATED), "cannot be read")
