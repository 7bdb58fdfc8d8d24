"""Photos on the screen: rows of small cards."""

from collections.abc import Callable
from typing import Literal, NamedTuple

import streamlit as st

from model.errors import NotFound
from pages.shared.cache.photos import get_thumbnail
from pages.shared.text import plain

CARD_PX = (
    84,
    136,
)  # The narrowest card where the number of columns is given, and where it is free.


class PhotoCard(NamedTuple):
    """A photo with what is written under it; `alt` describes it to those who cannot see it."""

    photo: str
    caption: str  # Markdown, or the button's label where the card can be picked
    alt: str


def show_cards(
    cards: list[PhotoCard],
    *,
    columns: int | None = None,
    width: int | Literal["stretch"] = "stretch",
    key: str,
    on_pick: Callable[[str], None] | None = None,
) -> None:
    """Draw square photos, in so many columns or in as many as fit.

    With `on_pick`, the caption becomes a button.
    """
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
                        on_click=on_pick,
                        args=(card.photo,),
                        type="tertiary",
                        help=plain(card.alt),
                    )


def show_thumbnail(card: PhotoCard) -> None:
    """A photo as a small square, or a sign that it is gone."""
    try:
        st.image(get_thumbnail(card.photo), width="stretch", alt=card.alt)
    except NotFound:
        st.markdown(
            ":material/hide_image:", text_alignment="center", help="This photo was removed."
        )
