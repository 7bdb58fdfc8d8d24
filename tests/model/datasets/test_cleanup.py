"""How much a workspace may keep, and what is left of one that nobody uses any more."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, func, select, update

from model.catalogue.dataset import find_dataset
from model.catalogue.edits import DELETE
from model.catalogue.schema import (
    ActiveRunRow,
    AskedRow,
    DatasetRow,
    EditRow,
    FingerprintRow,
    JobRow,
    LabelRow,
    PhotoRow,
    RunRow,
    Table,
    WorkspaceRow,
)
from model.catalogue.starter import STARTER
from model.catalogue.store import Store, read_photo
from model.catalogue.workspaces import ask_about, asked_photos, new_workspace_id, note_use
from model.cleaning.decisions import Decision, decide, label_photo
from model.datasets.cleanup import clear_workspaces, unused_workspaces
from model.datasets.manage import choose_dataset, datasets_of, delete_dataset
from model.datasets.quota import Usage, already_counted, check_room, usage
from model.errors import NotFound, QuotaReached
from model.jobs.records import INTAKE, record_job
from model.jobs.reports import report_file
from model.photos.image import open_photo
from model.runs.listing import activate_run
from tests.model.datasets.arriving import arriving, bring, data_of, name_of, note_run_of, pets

TABLES: tuple[type[Table], ...] = (
    *(ActiveRunRow, AskedRow, DatasetRow, EditRow, JobRow, LabelRow, RunRow, WorkspaceRow),
    *(PhotoRow, FingerprintRow),
)


def counts(store: Store) -> dict[str, int]:
    """How many rows each table has."""
    with store.reading() as session:
        return {
            table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0
            for table in TABLES
        }


def ask(store: Store, workspace: str, seed: int) -> None:
    ask_about(store, workspace, open_photo(data_of(seed)), f"{seed}.jpg")


def last_used(store: Store, workspace: str, days: float) -> None:
    """Nobody has been there for so many days."""
    with store.writing() as session:
        then = datetime.now(UTC) - timedelta(days=days)
        session.execute(
            update(WorkspaceRow).where(WorkspaceRow.id == workspace).values(used_at=then)
        )


def lived_in(store: Store, workspace: str, first: int) -> str:
    """A workspace with some of everything; its own dataset."""
    name = pets(store, workspace, first)
    ask(store, workspace, first + 20)
    label_photo(store, workspace, name_of(first + 20), "cat")
    ask(store, workspace, first + 21)
    photo = next(one.photo for one in find_dataset(store, name).photos if one.split == "train")
    decide(store, workspace, [Decision(photo, DELETE)])
    note_run_of(store, workspace, name, f"own-{first}")
    note_run_of(store, workspace, STARTER, f"starter-{first}")
    activate_run(store, workspace, f"own-{first}")
    with record_job(store, INTAKE, {"dataset": name}, workspace=workspace):
        pass
    return name


def test_what_a_workspace_keeps_is_counted_once_and_what_everybody_has_not_at_all(
    bare_store: Store, workspace: str
) -> None:
    pets(bare_store, new_workspace_id(), first=50)
    assert usage(bare_store, workspace).photos == usage(bare_store, workspace).bytes == 0
    one, _ = pets(bare_store, workspace), pets(bare_store, workspace, title="The same")
    pets(bare_store, None, first=2, number=1)  # 2 and 3 are everybody's now.
    ask(bare_store, workspace, 0)
    ask(bare_store, workspace, 90)
    mine = [0, 1, 4, 5, 6, 7, 90]
    used = usage(bare_store, workspace)
    assert (used.photos, used.bytes) == (len(mine), sum(len(data_of(seed)) for seed in mine))
    delete_dataset(bare_store, workspace, one)
    assert usage(bare_store, workspace) == used
    names = {seed: name_of(seed) for seed in (0, 2, 50, 90, 99)}
    assert already_counted(bare_store, workspace, list(names.values())) == {
        names[seed] for seed in (0, 2, 90)
    }


def test_the_limits_are_those_of_whoever_hosts(
    bare_store: Store, workspace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (usage(bare_store, workspace).max_photos, usage(bare_store, workspace).max_bytes) == (
        3000,
        1_000_000_000,
    )
    monkeypatch.setenv("AREOLE_MAX_PHOTOS", "10")
    monkeypatch.setenv("AREOLE_MAX_MB", "2")
    pets(bare_store, workspace)
    used = usage(bare_store, workspace)
    assert (used.max_photos, used.max_bytes, used.share, used.is_full) == (
        10,
        2_000_000,
        0.8,
        False,
    )


@pytest.mark.parametrize(
    ("used", "share", "is_full"),
    [
        (Usage(0, 0, 10, 100), 0.0, False),
        (Usage(5, 80, 10, 100), 0.8, False),
        (Usage(10, 5, 10, 100), 1.0, True),
        (Usage(1, 100, 10, 100), 1.0, True),
        (Usage(20, 500, 10, 100), 1.0, True),
        (Usage(0, 0, 0, 0), 0.0, True),
    ],
)
def test_how_full_it_is(used: Usage, share: float, is_full: bool) -> None:
    assert (used.share, used.is_full) == (share, is_full)
    assert used.holds([]) is (used.photos <= used.max_photos and used.bytes <= used.max_bytes)
    assert used.holds([1]) is not is_full


def test_a_full_workspace_files_nothing_new_but_may_relabel(
    bare_store: Store, workspace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = pets(bare_store, workspace)
    cat = next(
        one.photo
        for one in find_dataset(bare_store, name).photos
        if (one.label, one.split) == ("cat", "train")
    )
    ask(bare_store, workspace, 30)
    monkeypatch.setenv("AREOLE_MAX_PHOTOS", "9")
    with pytest.raises(QuotaReached, match="workspace is full"):
        check_room(bare_store, workspace)
    with pytest.raises(QuotaReached):
        label_photo(bare_store, workspace, name_of(30), "cat")
    label_photo(bare_store, workspace, cat, "dog")
    assert find_dataset(bare_store, name, workspace=workspace).label_of(cat) == "dog"
    delete_dataset(bare_store, workspace, name)
    check_room(bare_store, workspace)


def test_unused_is_what_nobody_has_opened_for_so_long(bare_store: Store) -> None:
    old, older, new = (new_workspace_id() for _ in range(3))
    for workspace, days in ((old, 40), (older, 90), (new, 1)):
        ask(bare_store, workspace, 1)
        last_used(bare_store, workspace, days)
    assert unused_workspaces(bare_store, 30) == [older, old]
    assert unused_workspaces(bare_store, 0) == [older, old, new]
    note_use(bare_store, old)
    assert unused_workspaces(bare_store, 30) == [older]


def test_use_is_noted_once_a_day_and_looking_leaves_no_row(
    bare_store: Store, workspace: str
) -> None:
    def used_at() -> datetime | None:
        with bare_store.reading() as session:
            return session.scalars(
                select(WorkspaceRow.used_at).where(WorkspaceRow.id == workspace)
            ).one_or_none()

    note_use(bare_store, workspace)
    assert used_at() is None
    ask(bare_store, workspace, 1)
    last_used(bare_store, workspace, 0.5)
    before = used_at()
    note_use(bare_store, workspace)
    assert used_at() == before
    last_used(bare_store, workspace, 1.5)
    note_use(bare_store, workspace)
    assert used_at() != before
    assert unused_workspaces(bare_store, 1) == []


def test_a_cleared_workspace_leaves_nothing(bare_store: Store, workspace: str) -> None:
    before = counts(bare_store)
    lived_in(bare_store, workspace, 0)
    with bare_store.reading() as session:
        job = session.scalars(select(JobRow.id)).one()
    report_file(bare_store, job).parent.mkdir()
    report_file(bare_store, job).write_text("{}\n")
    clear_workspaces(bare_store, [workspace])
    assert counts(bare_store) == before
    assert not [
        *(bare_store.home / "photos").rglob("*.jpg"),
        *bare_store.runs.iterdir(),
        *(bare_store.home / "jobs").iterdir(),
    ]


def test_a_photo_told_to_a_dataset_of_everybodys_goes_with_its_visitor(
    bare_store: Store, workspace: str
) -> None:
    choose_dataset(bare_store, workspace, pets(bare_store, None))
    ask(bare_store, workspace, 30)
    label_photo(bare_store, workspace, name_of(30), "cat")
    with bare_store.writing() as session:
        session.execute(delete(AskedRow))
    clear_workspaces(bare_store, [workspace])
    assert counts(bare_store)["photos"] == 8
    with pytest.raises(NotFound):
        read_photo(bare_store, name_of(30))


def test_clearing_spares_all_that_others_need(bare_store: Store, workspace: str) -> None:
    neighbour, shared = new_workspace_id(), pets(bare_store, None, first=100)
    before = counts(bare_store)
    theirs = lived_in(bare_store, neighbour, 0)
    alone = counts(bare_store)
    mine = lived_in(bare_store, workspace, 200)
    bring(bare_store, mine, [arriving(seed, "cat") for seed in (0, 20, 21, 100)], workspace)
    ask(bare_store, workspace, 1)
    choose_dataset(bare_store, workspace, shared)
    train = [one for one in find_dataset(bare_store, shared).photos if one.split == "train"]
    decide(bare_store, workspace, [Decision(one.photo, DELETE) for one in train])
    note_run_of(bare_store, None, shared, "from-the-shell")
    clear_workspaces(bare_store, [workspace])
    sketches = alone["sketches"] + 2  # Of 20 and 21, which the neighbour only asked about
    assert counts(bare_store) == alone | {"runs": alone["runs"] + 1, "sketches": sketches}
    assert [one.name for one in datasets_of(bare_store, None)] == [STARTER, shared, theirs]
    assert all(
        read_photo(bare_store, name_of(seed)) for seed in (*range(8), 20, 21, *range(100, 108))
    )
    assert {asked.name for asked in asked_photos(bare_store, neighbour)} == {"20.jpg", "21.jpg"}
    assert {folder.name for folder in bare_store.runs.iterdir()} == {
        "own-0",
        "starter-0",
        "from-the-shell",
    }
    with pytest.raises(NotFound):
        read_photo(bare_store, name_of(200))
    clear_workspaces(bare_store, [neighbour])
    assert counts(bare_store) == before | {"runs": 1}


def test_clearing_what_is_not_there_is_nothing(bare_store: Store) -> None:
    before = counts(bare_store)
    clear_workspaces(bare_store, [new_workspace_id()])
    assert counts(bare_store) == before
