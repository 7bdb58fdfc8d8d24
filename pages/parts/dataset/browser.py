"""The photos of a dataset: how many, where they come from, and all of them to look at."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import streamlit as st

from model.catalogue.dataset import Dataset, LabelledPhoto
from model.catalogue.origins import Origin, attribution
from model.datasets.manage import Listing, remove_photos
from model.errors import NotFound
from model.photos.photo_id import PhotoId
from model.wording import SPLIT_NAMES, count, listed
from pages.shared import state
from pages.shared.asking import ask_to_narrow
from pages.shared.cache.charts import show_chart
from pages.shared.cache.store import get_origins
from pages.shared.callbacks import attempt
from pages.shared.colours import class_badge
from pages.shared.gallery import PhotoCard, paged, show_cards, show_thumbnail
from pages.shared.pictures import show_photo
from pages.shared.text import plain
from pages.shared.ticks import ask_to_tick, show_tick_grid
from pages.shared.visit import Visit

PAGE = 30
LEAST_PX = 112
UNKNOWN = "not known"


def show_photos(dataset: Dataset, listing: Listing, visit: Visit) -> None:
    """Draw counts, then the photos, narrowed by class, split and source."""
    if not dataset.photos:
        st.info(
            "No photos yet: search for some, upload them, or use the camera.",
            icon=":material/add_photo_alternate:",
        )
        return
    origins = get_origins(visit)
    show_counts(dataset, origins)
    matches = _ask_for_filter(dataset, origins)
    removing = listing.own and st.toggle("Choose photos to remove for good", key="dataset_removing")
    with paged(matches, PAGE, "dataset_page") as shown:
        if removing:
            _ask_what_to_remove(dataset, shown, matches, visit)
        else:
            cards = [
                PhotoCard(
                    labelled.photo,
                    class_badge(dataset.classes, labelled.label),
                    f"{labelled.file}, {labelled.label}",
                )
                for labelled in shown
            ]
            show_cards(cards, key="dataset_photos", on_pick=state.look_at)
    photo = state.take_looked_at()
    labelled = dataset.find(photo) if photo else None
    if labelled is not None:
        open_photo_card(dataset, labelled, origins.get(labelled.photo, Origin()))


def show_counts(dataset: Dataset, origins: dict[PhotoId, Origin]) -> None:
    """Draw a bar for each class, cut by split, and list the sources in a sentence."""
    from pages.shared.charts.dataset import class_counts

    labels = Counter(labelled.label for labelled in dataset.photos).most_common()
    counts = ", ".join(f"{name}: {number}" for name, number in labels)
    facts = Counter((labelled.label, labelled.split) for labelled in dataset.photos)
    chart = partial(class_counts, dataset)
    show_chart(
        chart, facts=(dataset.classes, facts), alt=f"Photos of each class, by split: {counts}"
    )
    sources = Counter(_source(labelled, origins) for labelled in dataset.photos).most_common()
    shares = listed([f"{plain(name)} ({number})" for name, number in sources], "and")
    st.caption(
        f"Sources: {shares}. It learns from the train photos, chooses the best epoch by the "
        "validation photos, and never touches the test photos."
    )


@st.dialog("Where this photo comes from", width="medium")
def open_photo_card(dataset: Dataset, labelled: LabelledPhoto, origin: Origin) -> None:
    """Draw a photo with all that is known of it."""
    try:
        show_photo(labelled.photo, f"A photo filed under {labelled.label}")
    except NotFound as error:
        st.warning(str(error), icon=":material/broken_image:")
    st.markdown(
        f"{class_badge(dataset.classes, labelled.label)} :small[{SPLIT_NAMES[labelled.split]}, "
        f"{plain(labelled.file)}]"
    )
    # The addresses have buttons.
    credit = plain(attribution(replace(origin, page="", licence_url="")))
    st.markdown(credit if origin.source else "Nothing is known of where it comes from.")
    with st.container(horizontal=True):
        for address, name in ((origin.page, "Its page"), (origin.licence_url, origin.licence)):
            if address.startswith("https://"):
                st.link_button(plain(name), address, icon=":material/open_in_new:")
    st.caption(f"SHA-256 {labelled.photo}")


def _source(labelled: LabelledPhoto, origins: dict[PhotoId, Origin]) -> str:
    return origins.get(labelled.photo, Origin("added on Classify")).source or UNKNOWN


def _ask_for_filter(dataset: Dataset, origins: dict[PhotoId, Origin]) -> list[LabelledPhoto]:
    sources = sorted({_source(labelled, origins) for labelled in dataset.photos})
    with st.container(horizontal=True, vertical_alignment="bottom"):
        label = ask_to_narrow("Class", dataset.classes, state.DATA_CLASS)
        split = ask_to_narrow("Split", SPLIT_NAMES.values(), state.DATA_SPLIT)
        source = ask_to_narrow("Source", sources, state.DATA_SOURCE)
    matches = [
        labelled
        for labelled in dataset.photos
        if label in (None, labelled.label)
        and split in (None, SPLIT_NAMES[labelled.split])
        and source in (None, _source(labelled, origins))
    ]
    st.caption(
        f"{count(len(matches), 'photo')}. Choose a photo's label to see where it comes from."
    )
    return matches


def _ask_what_to_remove(
    dataset: Dataset, shown: Sequence[LabelledPhoto], matches: list[LabelledPhoto], visit: Visit
) -> None:
    """Draw boxes to tick. Clean's Delete can be undone; this cannot."""
    buttons = st.container(horizontal=True, vertical_alignment="center")
    show_tick_grid(shown, partial(_show_with_box, dataset.classes), LEAST_PX)
    photos = [labelled.photo for labelled in matches]
    ticked = [photo for photo in photos if state.is_ticked(_tick(photo))]
    with buttons:
        st.markdown(f"**{count(len(ticked), 'photo')} ticked**")
        page = [_tick(labelled.photo) for labelled in shown]
        ask_to_tick("All on this page", "dataset_tick_page", page, ticked=True)
        ask_to_tick("None", "dataset_tick_none", map(_tick, photos), ticked=False)
        st.button(
            f"Remove {count(len(ticked), 'photo')} for good",
            key="dataset_remove",
            icon=":material/delete_forever:",
            type="primary",
            disabled=not ticked,
            on_click=partial(_remove, visit, dataset.name, ticked),
            help="They are destroyed and cannot come back. To leave photos out and keep your "
            "reasons, use Clean.",
        )


def _show_with_box(classes: tuple[str, ...], labelled: LabelledPhoto) -> None:
    show_thumbnail(PhotoCard(labelled.photo, "", f"Filed under {labelled.label}"))
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", wrap=False):
        st.checkbox(
            f"Remove {plain(labelled.file)}",
            key=_tick(labelled.photo),
            persist_state="page",
            label_visibility="collapsed",
            width="content",
        )
        st.markdown(class_badge(classes, labelled.label))  # A checkbox's own label is never cut.


def _remove(visit: Visit, dataset: str, photos: list[PhotoId]) -> None:
    if attempt(remove_photos, visit.store, visit.workspace, dataset, photos):
        for photo in photos:
            st.session_state.pop(_tick(photo), None)
        st.toast(f"{count(len(photos), 'photo')} removed.", icon=":material/delete_forever:")


def _tick(photo: PhotoId) -> str:
    return f"dataset_tick_{photo}"
