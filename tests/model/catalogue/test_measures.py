"""Values computed once per photo: what is kept, under which columns, in which batches."""

import numpy as np
import pytest
from sqlalchemy import select

from model.catalogue.measures import (
    BATCH,
    FINGERPRINTS,
    QUALITIES,
    chunks,
    load_fingerprints,
    load_qualities,
    pack_measures,
    unpack_measures,
)
from model.catalogue.schema import FingerprintRow, QualityRow
from model.catalogue.store import Store, forget_photos
from model.errors import NotFound
from model.photos.image import Photo
from model.photos.photo_id import PhotoId
from model.photos.quality import Quality
from tests.conftest import photo_ids, picture, put_photo


def photos_of(store: Store, number: int) -> list[PhotoId]:
    """Photos in the catalogue, by name."""
    return [put_photo(store, Photo(picture(40, 40, seed))) for seed in range(number)]


@pytest.mark.parametrize("number", [0, 1, 2, 3, 4, 5])
def test_chunks_are_all_in_order_and_never_too_large(number: int) -> None:
    names = [str(place) for place in range(number)]
    pieces = list(chunks(names, 2))
    assert [name for piece in pieces for name in piece] == names
    assert all(0 < len(piece) <= 2 for piece in pieces)


def test_measures_keep_the_columns_that_the_catalogue_and_the_starter_set_have() -> None:
    quality = Quality(blur=0.1, p99=0.2, p10_centre=0.3, width=4, height=5)
    assert pack_measures([quality]).tolist() == [[0.1, 0.2, 0.3]]
    assert pack_measures([]).shape == (0, 3)
    assert unpack_measures(photo_ids("p"), np.array([[0.1, 0.2, 0.3]])) == [
        {"photo": "p", "blur": 0.1, "brightest": 0.2, "middle": 0.3}
    ]


def test_what_was_measured_is_read_again_under_its_own_names(empty_store: Store) -> None:
    [photo] = photos_of(empty_store, 1)
    measured = load_qualities(empty_store, [photo])[photo]
    with empty_store.reading() as session:
        row = session.scalars(select(QualityRow)).one()
        assert (row.blur, row.brightest, row.middle) == (
            measured.blur,
            measured.p99,
            measured.p10_centre,
        )
    assert QUALITIES.read(empty_store, [photo]) == {photo: measured}
    assert (measured.width, measured.height) == (40, 40)


def test_only_the_missing_are_computed_once_each_in_batches_that_report(
    empty_store: Store,
) -> None:
    photos = photos_of(empty_store, BATCH + 4)
    FINGERPRINTS.load(empty_store, photos[:1], lambda photo: b"kept")
    computed: list[str] = []
    reports: list[tuple[int, int]] = []

    def compute(photo: str) -> bytes:
        computed.append(photo)
        if photo == photos[-1]:
            raise NotFound("It cannot be read.")
        return b"new"

    def report(done: int, total: int) -> None:
        reports.append((done, total))

    twice = [*photos, *photos]
    values = FINGERPRINTS.load(empty_store, twice, compute, report, skip_unreadable=True)
    assert sorted(computed) == sorted(photos[1:])
    assert reports == [(0, BATCH + 3), (BATCH, BATCH + 3), (BATCH + 3, BATCH + 3)]
    assert values == {photos[0]: b"kept", **dict.fromkeys(photos[1:-1], b"new")}
    assert FINGERPRINTS.read(empty_store, photos) == values
    with pytest.raises(NotFound, match="cannot be read"):
        FINGERPRINTS.load(empty_store, photos, compute)


def test_a_batch_that_was_kept_survives_a_later_failure(empty_store: Store) -> None:
    photos = photos_of(empty_store, BATCH + 1)

    def compute(photo: str) -> bytes:
        if photo == photos[-1]:
            raise KeyboardInterrupt
        return b"new"

    with pytest.raises(KeyboardInterrupt):
        FINGERPRINTS.load(empty_store, photos, compute)
    assert FINGERPRINTS.read(empty_store, photos) == dict.fromkeys(photos[:-1], b"new")


def test_fingerprints_are_kept_and_those_of_lost_photos_are_left_out(empty_store: Store) -> None:
    photos = photos_of(empty_store, BATCH + 1)
    with empty_store.writing() as session:
        forget_photos(empty_store, session, photos[:1])
    made = load_fingerprints(empty_store, photos)
    assert list(made) == photos[1:]
    with empty_store.reading() as session:
        rows = dict(session.execute(select(FingerprintRow.photo, FingerprintRow.sketch)).all())
    assert rows == made
    assert load_fingerprints(empty_store, photos) == made
