"""`python -m model gather`: what it adds, what it says and how it ends."""

import json

import pytest

from model.catalogue.dataset import find_dataset
from model.catalogue.origins import origins
from model.catalogue.store import Store
from model.cli.main import main
from model.datasets.manage import datasets_of
from model.errors import NotFound
from tests.model.gather.fake_sources import FakeSources, Reply

pytestmark = pytest.mark.usefixtures("no_internet")


@pytest.fixture(autouse=True)
def home(bare_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AREOLE_HOME", str(bare_store.home))


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.usefixtures("fake")
def test_a_dataset_is_made_and_a_second_class_added(
    bare_store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["gather", "--dataset", "plants", "--source", "commons", "--number", "4", "--json"]
    assert main([*asked, "--class", "oak", "--search", "oak leaf", "--title", "My plants"]) == 0
    assert lines(capsys) == [
        {"dataset": "plants", "added": 4, "known": 0, "refused": 0, "left_out": 0}
    ]
    assert main([*asked, "--class", "elm"]) == 0
    assert main([*asked, "--class", "OAK", "--search", "oak leaf"]) == 0
    assert [line["known"] for line in lines(capsys)] == [0, 4]
    dataset = find_dataset(bare_store, "plants")
    assert (dataset.title, dataset.classes, len(dataset.photos)) == ("My plants", ("oak", "elm"), 8)
    assert {origin.source for origin in origins(bare_store, dataset.id).values()} == {
        "Wikimedia Commons"
    }


@pytest.mark.usefixtures("fake")
def test_people_read_it_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(["gather", "--dataset", "plants", "--class", "few oaks", "--source", "commons"]) == 0
    )
    said = capsys.readouterr()
    assert said.out == ""
    assert "4 found." in said.err
    assert "1 passed over: no licence that allows reuse" in said.err
    assert "4 added, 0 known, 0 refused, 0 left out" in said.err


def test_a_dry_run_only_says_what_was_found(
    fake: FakeSources, bare_store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        main(
            [
                "gather",
                "--dataset",
                "plants",
                "--class",
                "oak",
                "--number",
                "3",
                "--dry-run",
                "--json",
            ]
        )
        == 0
    )
    found = lines(capsys)
    assert len(found) == 3
    assert all(
        set(line) == {"photo", "page", "licence"} and str(line["licence"]).startswith("CC")
        for line in found
    )
    assert not [path for path in fake.paths() if path.startswith("/photos/")]
    with pytest.raises(NotFound):
        find_dataset(bare_store, "plants")


@pytest.mark.usefixtures("fake")
def test_photos_that_were_refused_make_it_end_with_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(
            [
                "gather",
                "--dataset",
                "plants",
                "--class",
                "oak",
                "--search",
                "torn oak",
                "--source",
                "commons",
                "--number",
                "8",
                "--json",
            ]
        )
        == 1
    )
    said = capsys.readouterr()
    [line] = [json.loads(line) for line in said.out.splitlines()]
    assert line["refused"] > 0
    assert line["added"] + line["refused"] == 8
    assert "it is text/html, not a photo" in said.err


def test_a_network_that_goes_leaves_what_came(
    fake: FakeSources, bare_store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    page = {"result_count": 7, "page_count": 1, "page_size": 20, "page": 1}
    usual = {
        "foreign_landing_url": "https://flickr.com/1",
        "creator": "Ana",
        "license": "cc0",
        "license_version": "1.0",
    }
    places = [
        f"{fake.address}/photos/openverse/oak/1/b.jpg",
        *(f"{fake.address}/gone/{number}" for number in range(6)),
    ]
    fake.forever.update(
        {f"/gone/{number}": lambda handler: None for number in range(6)}
    )  # Hangs up
    results = [
        usual | {"id": str(number), "title": "Oak", "url": place}
        for number, place in enumerate(places)
    ]
    fake.script["/openverse"] = [Reply(page | {"results": results})]
    assert (
        main(["gather", "--dataset", "plants", "--class", "oak", "--source", "openverse", "--json"])
        == 1
    )
    said = capsys.readouterr()
    assert [json.loads(line)["added"] for line in said.out.splitlines()] == [1]
    assert "5 photos in a row could not be reached" in said.err
    assert len(find_dataset(bare_store, "plants").photos) == 1


@pytest.mark.usefixtures("fake")
@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--class", "oak", "--search", "busy oak"], 1, "2 minutes"),
        (["--class", "oak", "--source", "bing"], 2, "There is no source bing here"),
        (["--class", "???"], 2, "cannot be the name of a class"),
        (["--class", "oak", "--dataset", "starter"], 2, "stays as it is"),
    ],
)
def test_what_cannot_be_done_says_whose_fault_it_is_and_makes_nothing(
    bare_store: Store, capsys: pytest.CaptureFixture[str], options: list[str], code: int, said: str
) -> None:
    assert main(["gather", "--dataset", "plants", "--json", *options]) == code
    answer = capsys.readouterr()
    assert answer.out == ""
    assert said in answer.err
    assert [one.name for one in datasets_of(bare_store, None)] == ["starter"]


@pytest.mark.parametrize(
    "options", [["--number", "0"], ["--number", "201"], ["--source", "flickr"]]
)
def test_wrong_words_are_wrong_usage(options: list[str]) -> None:
    assert main(["gather", "--dataset", "plants", "--class", "oak", *options]) == 2


@pytest.mark.usefixtures("fake")
def test_a_workspaces_dataset_counts_for_its_room(
    bare_store: Store,
    workspace: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AREOLE_MAX_PHOTOS", "3")
    asked = [
        "gather",
        "--dataset",
        "mine",
        "--class",
        "oak",
        "--number",
        "5",
        "--json",
        f"--workspace={workspace}",
    ]
    assert main(asked) == 1
    assert lines(capsys) == [
        {"dataset": "mine", "added": 3, "known": 0, "refused": 0, "left_out": 2}
    ]
    assert [one.own for one in datasets_of(bare_store, workspace)] == [False, True]
    assert main(["gather", "--dataset", "mine", "--class", "oak", "--workspace", "another"]) == 2
    assert "stays as it is" in capsys.readouterr().err
