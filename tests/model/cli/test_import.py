"""`python -m model import | datasets | clear`: what they do, what they say and how they end."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlalchemy import update

from model.catalogue.dataset import find_dataset
from model.catalogue.origins import Origin, origins
from model.catalogue.schema import WorkspaceRow
from model.catalogue.store import Store, read_photo
from model.catalogue.workspaces import new_workspace_id
from model.cli.main import main
from model.datasets.manage import datasets_of
from model.errors import NotFound
from tests.model.datasets.arriving import data_of, name_of, note_run_of, pets


@pytest.fixture(autouse=True)
def home(bare_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AREOLE_HOME", str(bare_store.home))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two cats and a dog."""
    for place, seed in (("cat", 1), ("cat", 2), ("dog", 3)):
        (tmp_path / "pets" / place).mkdir(parents=True, exist_ok=True)
        (tmp_path / "pets" / place / f"{seed}.jpg").write_bytes(data_of(seed))
    return tmp_path / "pets"


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def figures(
    added: int = 0, known: int = 0, refused: int = 0, left_out: int = 0
) -> dict[str, object]:
    return {
        "dataset": "pets",
        "added": added,
        "known": known,
        "refused": refused,
        "left_out": left_out,
    }


def test_a_folder_of_class_folders_becomes_a_dataset_for_everybody(
    bare_store: Store, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["import", str(folder), "--dataset", "pets", "--json"]
    assert main(command) == 0
    assert main(command) == 0
    said = capsys.readouterr()
    assert [json.loads(line) for line in said.out.splitlines()] == [
        figures(added=3),
        figures(known=3),
    ]
    dataset = find_dataset(bare_store, "pets")
    assert (dataset.title, dataset.classes) == ("pets", ("cat", "dog"))
    assert {one.photo: one.label for one in dataset.photos} == {
        name_of(1): "cat",
        name_of(2): "cat",
        name_of(3): "dog",
    }
    assert set(origins(bare_store, dataset.id).values()) == {Origin("import")}
    assert [one.own for one in datasets_of(bare_store, new_workspace_id())] == [False, False]


def test_a_zip_is_taken_like_a_folder(
    bare_store: Store, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with ZipFile(tmp_path / "pets.zip", "w") as packed:
        for file in folder.rglob("*.jpg"):
            packed.write(file, f"test/{file.parent.name.upper()}/{file.name}")
    assert (
        main(["import", str(tmp_path / "pets.zip"), "--dataset", "pets", "--title", "All pets"])
        == 0
    )
    said = capsys.readouterr()
    assert (said.out, said.err.splitlines()[-1]) == ("", "3 added, 0 known, 0 refused, 0 left out")
    dataset = find_dataset(bare_store, "pets")
    assert (dataset.title, dataset.classes, {one.split for one in dataset.photos}) == (
        "All pets",
        ("CAT", "DOG"),
        {"test"},
    )


@pytest.mark.parametrize("label", ["rose", "Rose "])
def test_loose_photos_have_the_class_that_is_told(
    bare_store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str], label: str
) -> None:
    (tmp_path / "roses").mkdir()
    (tmp_path / "roses" / "1.jpg").write_bytes(data_of(1))
    assert (
        main(["import", str(tmp_path / "roses"), "--dataset", "pets", "--class", "rose", "--json"])
        == 0
    )
    (tmp_path / "roses" / "2.jpg").write_bytes(data_of(2))
    assert (
        main(["import", str(tmp_path / "roses"), "--dataset", "pets", "--class", label, "--json"])
        == 0
    )
    assert lines(capsys) == [figures(added=1), figures(added=1, known=1)]
    dataset = find_dataset(bare_store, "pets")
    assert (dataset.classes, [one.label for one in dataset.photos]) == (("rose",), ["rose", "rose"])


def test_some_refused_ends_with_one_and_their_reasons(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "cat" / "broken.jpg").write_bytes(b"no photo")
    (folder / "notes.txt").write_text("hello")
    (folder / "loose.jpg").write_bytes(data_of(9))
    assert main(["import", str(folder), "--dataset", "pets", "--json"]) == 1
    said = capsys.readouterr()
    assert [json.loads(line) for line in said.out.splitlines()] == [figures(added=3, refused=3)]
    for sentence in (
        "cat/broken.jpg: This is not an image",
        "notes.txt: This is no photo.",
        "loose.jpg: It lies in no folder",
    ):
        assert sentence in said.err


@pytest.mark.parametrize("what", ["absent", "an empty folder", "no zip.zip", "only notes"])
def test_nothing_to_import_is_wrong_usage_and_makes_no_dataset(
    bare_store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    (tmp_path / "an empty folder").mkdir()
    (tmp_path / "no zip.zip").write_bytes(b"not at all")
    (tmp_path / "only notes" / "cat").mkdir(parents=True)
    (tmp_path / "only notes" / "cat" / "notes.txt").write_text("hello")
    assert main(["import", str(tmp_path / what), "--dataset", "pets", "--json"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err
    with pytest.raises(NotFound):
        find_dataset(bare_store, "pets")


def test_the_starter_set_and_anothers_dataset_take_nothing(
    bare_store: Store, workspace: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = pets(bare_store, workspace, first=50)
    assert main(["import", str(folder), "--dataset", "starter", "--json"]) == 2
    assert (
        main(
            [
                "import",
                str(folder),
                "--dataset",
                theirs,
                "--workspace",
                new_workspace_id(),
                "--json",
            ]
        )
        == 2
    )
    assert capsys.readouterr().out == ""
    assert (
        main(["import", str(folder), "--dataset", theirs, f"--workspace={workspace}", "--json"])
        == 0
    )
    assert len(find_dataset(bare_store, theirs).photos) == 11


def test_datasets_are_listed_with_their_figures(
    bare_store: Store, workspace: str, capsys: pytest.CaptureFixture[str]
) -> None:
    name = pets(bare_store, workspace)
    assert main(["datasets", "--json"]) == 0
    size = sum(len(data_of(seed)) for seed in range(8))
    assert lines(capsys) == [
        {
            "dataset": "starter",
            "title": "Starter set",
            "classes": ["cactus", "succulent", "tree"],
            "photos": 0,
            "bytes": 0,
        },
        {"dataset": name, "title": "Pets", "classes": ["cat", "dog"], "photos": 8, "bytes": size},
    ]
    assert main(["datasets"]) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert f"{name}: Pets, 8 photos of cat, dog" in said.err


def test_clear_destroys_what_nobody_has_used_for_so_long(
    bare_store: Store, workspace: str, capsys: pytest.CaptureFixture[str]
) -> None:
    neighbour = new_workspace_id()
    mine, theirs, shared = (
        pets(bare_store, workspace),
        pets(bare_store, neighbour, 20),
        pets(bare_store, None, 4, number=2),
    )
    folder = note_run_of(bare_store, workspace, mine, "doomed")
    with bare_store.writing() as session:
        then = datetime.now(UTC) - timedelta(days=40)
        session.execute(
            update(WorkspaceRow).where(WorkspaceRow.id == workspace).values(used_at=then)
        )
    for options, workspaces in ((["30", "--dry-run"], 1), (["50"], 0)):
        assert main(["clear", "--json", "--unused-days", *options]) == 0
        assert lines(capsys) == [{"workspaces": workspaces, "cleared": "--dry-run" not in options}]
        assert {one.name for one in datasets_of(bare_store, None)} == {
            "starter",
            mine,
            theirs,
            shared,
        }
    assert main(["clear", "--json", "--unused-days", "30"]) == 0
    assert lines(capsys) == [{"workspaces": 1, "cleared": True}]
    assert {one.name for one in datasets_of(bare_store, None)} == {"starter", theirs, shared}
    assert not folder.exists()
    assert all(read_photo(bare_store, name_of(seed)) for seed in (4, 5, 6, 7, *range(20, 28)))
    with pytest.raises(NotFound):
        read_photo(bare_store, name_of(0))
    assert main(["clear", "--unused-days", "0"]) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert "1 workspaces cleared" in said.err
    assert {one.name for one in datasets_of(bare_store, None)} == {"starter", shared}


@pytest.mark.parametrize(
    "arguments",
    [["clear"], ["clear", "--unused-days", "-1"], ["import", "x"], ["gather", "--dataset", "x"]],
)
def test_wrong_words_are_wrong_usage(arguments: list[str]) -> None:
    assert main(arguments) == 2
