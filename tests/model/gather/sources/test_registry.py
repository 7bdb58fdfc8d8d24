"""A source is one file and one line: a made-up one is searched and gathered from."""

import pytest

from model.catalogue.dataset import find_dataset
from model.catalogue.origins import origins
from model.catalogue.store import Store
from model.datasets.intake import ImportResult, add_photos
from model.datasets.manage import create_dataset
from model.errors import InvalidRequest, SourceFailed
from model.gather.background import arrivals
from model.gather.gatherer import Gatherer
from model.gather.sources.registry import SOURCES, find_source, sources
from model.gather.sources.results import NO_LICENCE
from tests.model.gather.fake_sources import FakeSources, Reply
from tests.model.gather.net.test_fetch import unchecked
from tests.model.gather.sources.made_up import SOURCE


@pytest.fixture
def garden(fake: FakeSources, monkeypatch: pytest.MonkeyPatch) -> FakeSources:
    """Add the made-up source, which has four plants, one of them without a licence."""
    monkeypatch.setitem(SOURCES, SOURCE.name, SOURCE)
    plants = [
        {"photo": f"{fake.address}/photos/garden/catmint/{number}/full.jpg", "licence": licence}
        for number, licence in enumerate(["cc0", None, "pdm", "cc0"])
    ]
    fake.forever["/garden/plants"] = Reply({"plants": plants})
    return fake


def test_a_made_up_source_is_gathered_from(
    garden: FakeSources, gatherer: Gatherer, bare_store: Store, workspace: str
) -> None:
    assert list(sources())[-1] == "garden"
    search = gatherer.search("garden", "catmint", 5, commercial=True, check=unchecked)
    assert (search.understood, search.passed_over) == ("The garden has catmint.", {NO_LICENCE: 1})
    assert garden.asked[0].parameters == {"name": "catmint"}
    name = create_dataset(bare_store, "Pets", ["cat", "dog"], owner=workspace)
    result = ImportResult()
    coming = arrivals(gatherer, {"cat": search.photos}, unchecked)
    add_photos(bare_store, name, coming, result, total=3, owner=workspace)
    assert (result.added, result.refused) == (3, [])
    dataset = find_dataset(bare_store, name)
    assert {origin.source for origin in origins(bare_store, dataset.id).values()} == {
        "School garden"
    }


def test_a_made_up_source_is_asked_at_its_own_pace(garden: FakeSources, gatherer: Gatherer) -> None:
    garden.script["/garden/plants"] = [Reply(b"", 429, {"Retry-After": "300"})]
    with pytest.raises(SourceFailed, match="School garden asks for a pause"):
        gatherer.search("garden", "catmint", 5, commercial=True, check=unchecked)
    assert gatherer.search("openverse", "catmint", 5, commercial=True, check=unchecked).photos


def test_a_source_that_is_not_here_is_named() -> None:
    with pytest.raises(InvalidRequest, match="There is no source garden here"):
        find_source("garden")
