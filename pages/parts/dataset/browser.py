"""The photos of a dataset: how many of each class and split, where they come from, and all of them
to look at.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from model.catalogue.dataset import Dataset, LabelledPhoto
from model.catalogue.origins import Origin, attribution
from model.datasets.manage import Listing, remove_photos
from model.errors import NotFound
from model.photos.photo_id import PhotoId
from model.wording import SPLIT_NAMES, count, listed
from pages.shared import state
from pages.shared.cache.photos import get_picture
from pages.shared.cache.store import get_origins
from pages.shared.callbacks import succeeds
from pages.shared.colours import class_badge
from pages.shared.gallery import PhotoCard, paged, show_cards, show_thumbnail
from pages.shared.text import plain
from pages.shared.visit import Visit

PAGE = 30
LEAST_PX = 112
EVERY = "(all)"
UNKNOWN = "not known"


def show_photos(dataset: Dataset, listing: Listing, visit: Visit) -> None:
    """Counts, then the photos, narrowed by class, split and source."""
    if not dataset.photos:
        st.info(
            "No photos yet: search for some, upload them, or use the camera.",
            icon=":material/add_photo_alternate:",
        )
        return
    origins = get_origins(visit)
    show_counts(dataset, origins)
    chosen = _ask_for_filter(dataset, origins)
    removing = listing.own and st.toggle("Choose photos to remove for good", key="dataset_removing")
    with paged(chosen, PAGE, "dataset_page") as shown:
        if removing:
            _ask_what_to_remove(dataset, shown, chosen, visit)
        else:
            cards = [
                PhotoCard(
                    one.photo, class_badge(dataset.classes, one.label), f"{one.file}, {one.label}"
                )
                for one in shown
            ]
            show_cards(cards, key="dataset_photos", on_pick=state.look_at)
    photo = state.take_looked_at()
    labelled = dataset.find(photo) if photo else None
    if labelled is not None:
        open_photo_card(dataset, labelled, origins.get(labelled.photo, Origin()))


def show_counts(dataset: Dataset, origins: dict[PhotoId, Origin]) -> None:
    """A bar for each class, cut by split, and the sources in a sentence."""
    from pages.shared.charts.dataset import class_counts

    told = [
        f"{name}: {number}"
        for name, number in Counter(one.label for one in dataset.photos).most_common()
    ]
    st.altair_chart(class_counts(dataset), alt=f"Photos of each class, by split: {', '.join(told)}")
    sources = Counter(_source(one, origins) for one in dataset.photos)
    named = listed([f"{plain(name)} ({number})" for name, number in sources.most_common()], "and")
    st.caption(
        f"Sources: {named}. It learns from the train photos, chooses the best epoch by the "
        f"validation photos, and never touches "
        "the test photos."
    )


@st.dialog("Where this photo comes from", width="medium")
def open_photo_card(dataset: Dataset, labelled: LabelledPhoto, origin: Origin) -> None:
    """A photo with all that is known of it."""
    try:
        st.image(
            get_picture(labelled.photo),
            width="stretch",
            alt=f"A photo filed under {labelled.label}",
        )
    except NotFound as error:
        st.warning(str(error), icon=":material/broken_image:")
    st.markdown(
        f"{class_badge(dataset.classes, labelled.label)} :small[{SPLIT_NAMES[labelled.split]}, "
        f"{plain(labelled.file)}]"
    )
    credit = plain(
        attribution(replace(origin, page="", licence_url=""))
    )  # The addresses have buttons.
    st.markdown(credit if origin.source else "Nothing is known of where it comes from.")
    with st.container(horizontal=True):
        for address, name in ((origin.page, "Its page"), (origin.licence_url, origin.licence)):
            if address.startswith("https://"):
                st.link_button(plain(name), address, icon=":material/open_in_new:")
    st.caption(f"SHA-256 {labelled.photo}")


def _source(labelled: LabelledPhoto, origins: dict[PhotoId, Origin]) -> str:
    return origins.get(labelled.photo, Origin("added on Classify")).source or UNKNOWN


def _ask_for_filter(dataset: Dataset, origins: dict[PhotoId, Origin]) -> list[LabelledPhoto]:
    sources = sorted({_source(one, origins) for one in dataset.photos})
    with st.container(horizontal=True, vertical_alignment="bottom"):
        label = st.selectbox(
            "Class", [EVERY, *dataset.classes], key=state.DATA_CLASS, bind="query-params"
        )
        split = st.selectbox(
            "Split", [EVERY, *SPLIT_NAMES.values()], key=state.DATA_SPLIT, bind="query-params"
        )
        source = st.selectbox(
            "Source", [EVERY, *sources], key=state.DATA_SOURCE, bind="query-params"
        )
    chosen = [
        one
        for one in dataset.photos
        if label in (EVERY, one.label)
        and split in (EVERY, SPLIT_NAMES[one.split])
        and source in (EVERY, _source(one, origins))
    ]
    st.caption(f"{count(len(chosen), 'photo')}. Choose a photo's label to see where it comes from.")
    return chosen


def _ask_what_to_remove(
    dataset: Dataset, shown: Sequence[LabelledPhoto], chosen: list[LabelledPhoto], visit: Visit
) -> None:
    """Boxes to tick. Clean's Delete can be undone; this cannot."""
    acting = st.container(horizontal=True, vertical_alignment="center")
    with st.grid("auto", min_column_width=LEAST_PX, gap="small"):
        for one in shown:
            with st.container(gap="xxsmall"):
                show_thumbnail(PhotoCard(one.photo, "", f"Filed under {one.label}"))
                with st.container(
                    horizontal=True, gap="xsmall", vertical_alignment="center", wrap=False
                ):
                    told = f"Remove {plain(one.file)}"
                    st.checkbox(
                        told,
                        key=_tick(one.photo),
                        persist_state="page",
                        label_visibility="collapsed",
                        width="content",
                    )
                    st.markdown(
                        class_badge(dataset.classes, one.label)
                    )  # A checkbox's own label is never cut.
    ticked = [one.photo for one in chosen if st.session_state.get(_tick(one.photo))]
    with acting:
        st.markdown(f"**{count(len(ticked), 'photo')} ticked**")
        st.button(
            "All on this page",
            type="tertiary",
            key="dataset_tick_page",
            on_click=_set_ticks,
            args=(shown, True),
        )
        st.button(
            "None",
            type="tertiary",
            key="dataset_tick_none",
            on_click=_set_ticks,
            args=(chosen, False),
        )
        st.button(
            f"Remove {count(len(ticked), 'photo')} for good",
            key="dataset_remove",
            icon=":material/delete_forever:",
            type="primary",
            disabled=not ticked,
            on_click=_remove,
            args=(visit, dataset.name, ticked),
            help="They are destroyed and cannot come back. To leave photos out and keep your "
            "reasons, use Clean.",
        )


def _remove(visit: Visit, dataset: str, photos: list[PhotoId]) -> None:
    if succeeds(remove_photos, visit.store, visit.workspace, dataset, photos):
        for photo in photos:
            st.session_state.pop(_tick(photo), None)
        st.toast(f"{count(len(photos), 'photo')} removed.", icon=":material/delete_forever:")


def _set_ticks(labelled_photos: Sequence[LabelledPhoto], ticked: bool) -> None:
    state.set_ticks((_tick(labelled.photo) for labelled in labelled_photos), ticked)


def _tick(photo: PhotoId) -> str:
    return f"dataset_tick_{photo}"
