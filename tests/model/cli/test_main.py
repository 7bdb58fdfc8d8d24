"""The command line: JSON on standard output, words on standard error, exit codes.

Folders of any size.
"""

import json
from pathlib import Path
from zipfile import ZipFile

import pytest

from model.catalogue.starter import FEATURES
from model.catalogue.store import Store
from model.cli.main import main
from model.evaluation.table import confusion_matrix
from model.runs.run import SHIPPED, load_run, run_folder
from tests.conftest import STARTER_PHOTOS, encoded, picture
from tests.starter_set import A_CACTUS, A_SUCCULENT, A_TREE, IN_SPLIT, PHOTOS, ROWS


@pytest.fixture(autouse=True)
def home(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AREOLE_HOME", str(store.home))


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_predict_answers_a_line_a_photo_and_names_what_failed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken, absent = tmp_path / "broken.jpg", tmp_path / "absent.jpg"
    broken.write_text("no photo")
    code = main(["predict", str(STARTER_PHOTOS / A_TREE), str(broken), str(absent), "--json"])
    good, bad, gone = lines(capsys)
    assert code == 1
    assert set(good) == {"file", "label", "probabilities", "sure"}
    assert (good["label"], good["sure"]) == ("tree", True)
    assert isinstance(good["probabilities"], dict)
    assert sum(good["probabilities"].values()) == pytest.approx(1, abs=1e-4)
    assert set(bad) == set(gone) == {"file", "error"}


def test_predict_speaks_to_people_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", str(STARTER_PHOTOS / A_TREE)]) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert f"{A_TREE}: tree, " in said.err


def test_evaluate_agrees_with_the_runs_own_table(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "starter", "--split", "test", "--json"]) == 0
    (figures,) = lines(capsys)
    test = load_run(run_folder(store, SHIPPED)).evaluation.for_split("test")
    assert figures["n"] == IN_SPLIT["test"]
    assert figures["error_rate"] == test.errors / IN_SPLIT["test"]
    assert figures["confusion"] == confusion_matrix(test.labels, test.predicted, 3).tolist()
    assert {"classes", "per_class", "seconds"} <= set(figures)


def test_evaluate_takes_a_folder_of_class_folders(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, file in (("Tree", A_TREE), ("cactus", A_CACTUS), ("cactus", A_SUCCULENT)):
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / file).write_bytes((STARTER_PHOTOS / file).read_bytes())
    (tmp_path / "cactus" / "broken.png").write_bytes(b"no")
    (tmp_path / "cactus" / "notes.txt").write_text("not looked at")
    assert main(["evaluate", str(tmp_path), "--json"]) == 1
    (figures,) = lines(capsys)
    assert (figures["n"], figures["failed"], figures["error_rate"]) == (3, 1, pytest.approx(1 / 3))
    assert figures["confusion"] == [[1, 1, 0], [0, 0, 0], [0, 0, 1]]


@pytest.mark.parametrize("folder", ["rose", "."])
def test_a_folder_that_fits_no_class_is_wrong_usage(
    folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / folder).mkdir(exist_ok=True)
    (tmp_path / folder / "x.png").write_bytes(encoded(picture(), "PNG"))
    assert main(["evaluate", str(tmp_path), "--json"]) == 2
    assert capsys.readouterr().out == ""


def test_train_writes_a_line_an_epoch_and_the_run_last(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "--epochs", "3", "--seed", "7", "--json"]) == 0
    *epochs, last = lines(capsys)
    assert [set(epoch) for epoch in epochs] == [
        {"epoch", "train_loss", "valid_loss", "error_rate", "seconds", "learning_rate"}
    ] * 3
    assert set(last) == {"run", "error_rate", "best_epoch", "seconds"}
    card = load_run(run_folder(store, str(last["run"]))).card
    assert (card.settings.epochs, card.settings.seed) == (3, 7)
    assert main(["predict", str(STARTER_PHOTOS / A_TREE), "--run", card.id]) == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["predict", "x.jpg", "--run", "nothing"],
        ["predict", "x.jpg", "--run", "../../etc"],
        ["evaluate", "no-such-thing"],
        ["train", "--dataset", "nothing"],
    ],
)
def test_what_does_not_exist_is_wrong_usage(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("There is no ")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["train", "--epochs", "0"],
        ["train", "--lr", "nan"],
        ["train", "--mode", "magic"],
        ["fly"],
    ],
)
def test_wrong_words_are_wrong_usage(arguments: list[str]) -> None:
    assert main(arguments) == 2


@pytest.mark.parametrize("command", ["train", "lr-find"])
def test_networks_side_by_side_are_not_trained_further(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    pair = ["--backbone", "efficientnet-lite0-lite2"]
    assert main([command, "--mode", "fine-tune", *pair]) == 2
    assert (
        "EfficientNet-Lite0 + Lite2 is for a head only, because it is several networks. "
        "Train a head, or choose one of efficientnet-lite0, efficientnet-lite2."
    ) in capsys.readouterr().err


def test_the_starter_sets_own_file_is_what_the_command_writes(tmp_path: Path) -> None:
    backbones = ["--backbone", "efficientnet-lite0", "--backbone", "efficientnet-lite2"]
    assert main(["features", "--out", str(tmp_path / "made"), *backbones]) == 0
    assert (tmp_path / "made").read_bytes() == FEATURES.read_bytes()


def test_a_dataset_is_exported_as_class_folders(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["export", "--out", str(tmp_path / "starter.zip")]) == 0
    assert f"{PHOTOS} photos" in capsys.readouterr().err
    with ZipFile(tmp_path / "starter.zip") as folder:
        assert len(folder.namelist()) == PHOTOS + 2  # With the table and the attribution
        assert {f"{row['split']}/{row['label']}/{row['file']}" for row in ROWS} <= set(
            folder.namelist()
        )
    assert main(["export", "--out", str(tmp_path / "absent" / "starter.zip")]) == 2
