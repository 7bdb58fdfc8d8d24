"""Photos on the screen: rows of small cards, page by page."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Literal, NamedTuple, TypeVar

import streamlit as st

from model.errors import NotFound
from model.photos.photo_id import PhotoId
from pages.shared.pictures import show_square
from pages.shared.text import plain

CARD_PX = (84, 136)  # The narrowest card where the number of columns is given, and where it is free

Item = TypeVar("Item")


class PhotoCard(NamedTuple):
    """A photo with a caption; `alt` describes it to those who cannot see it."""

    photo: PhotoId
    caption: str  # Markdown, or the button's label where the card can be picked
    alt: str


def show_cards(
    cards: list[PhotoCard],
    *,
    columns: int | None = None,
    width: int | Literal["stretch"] = "stretch",
    key: str,
    on_pick: Callable[[PhotoId], None] | None = None,
) -> None:
    """Draw square photos in `columns`, or in as many as fit; `on_pick` makes captions buttons."""
    with (
        st.container(key=key, width=width),
        st.grid(columns or "auto", min_column_width=CARD_PX[columns is None], gap="xsmall"),
    ):
        for card in cards:
            with st.container(gap="xxsmall", horizontal_alignment="center"):
                show_thumbnail(card)
                if on_pick is None:
                    st.markdown(card.caption, text_alignment="center")
                else:
                    st.button(
                        card.caption,
                        key=f"{key}_{card.photo}",
                        on_click=partial(on_pick, card.photo),
                        type="tertiary",
                        help=plain(card.alt),
                    )


def show_thumbnail(card: PhotoCard) -> None:
    """Draw a photo as a small square, or a sign that it is gone."""
    try:
        show_square(card.photo, card.alt)
    except NotFound:
        gone = "This photo was removed."
        st.markdown(":material/hide_image:", text_alignment="center", help=gone)


@contextmanager
def paged(items: Sequence[Item], size: int, key: str) -> Iterator[Sequence[Item]]:
    """Give the items of the page that is chosen; what is drawn inside stands above the pager."""
    pages = -(-len(items) // size)
    place = st.container()
    page = st.pagination(pages, key=key) if pages > 1 else 1
    with place:
        yield items[(page - 1) * size : page * size]
