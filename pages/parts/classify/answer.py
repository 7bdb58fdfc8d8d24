"""The answer to one photo, drawn: verdict, probabilities, evidence, look-alikes."""

from functools import partial

import streamlit as st

from model.catalogue.dataset import Dataset
from model.classify.answer import Prediction
from model.photos.photo_id import PhotoId
from model.runs.run import Run
from pages.shared.asking import ask_for_class
from pages.shared.cache.charts import show_chart
from pages.shared.cache.photos import get_evidence, get_prediction
from pages.shared.colours import label_badge
from pages.shared.gallery import PhotoCard, show_cards
from pages.shared.pictures import show_photo
from pages.shared.text import explanation, plain, verdict


def show_answer(photo: PhotoId, dataset: Dataset, run: Run) -> None:
    """Draw the verdict and its reasons: probabilities, evidence, look-alikes."""
    answer = get_prediction(photo, run.card.id)
    st.header(plain(verdict(answer)), anchor=False)
    st.markdown(
        explanation(answer, [dataset.label_of(neighbour.photo) for neighbour in answer.neighbours])
    )
    picture, figures = st.columns(2)
    with figures:
        _show_probabilities(answer)
        name = _ask_for_evidence(photo, answer)
    with picture:
        _show_picture(photo, run, answer, name)
    st.markdown("**Most alike among the training photos**")
    cards = [
        _neighbour_card(neighbour.photo, neighbour.similarity, dataset)
        for neighbour in answer.neighbours
    ]
    show_cards(cards, columns=5, key="classify_alike")


def _show_probabilities(answer: Prediction) -> None:
    from pages.shared.charts.evaluation import probability_bars

    shares = zip(answer.classes, answer.probabilities, strict=True)
    ranked = ", ".join(f"{name} {share:.0%}" for name, share in shares)
    facts = (answer.classes, answer.probabilities)
    chart = partial(probability_bars, answer)
    show_chart(chart, facts=facts, alt=f"How likely each class is: {ranked}")


def _ask_for_evidence(photo: PhotoId, answer: Prediction) -> str | None:
    """Ask for the class whose evidence is to be seen; None for the photo as it is."""
    if not st.toggle(
        "Show the evidence",
        key="classify_evidence",
        help="Which parts of the photo speak for a class, and which against.",
    ):
        return None
    key = f"classify_class_{photo}"
    name = ask_for_class("For and against", answer.classes, key, answer.best)
    st.caption(
        f"Orange speaks for {plain(name)}, blue against. Exact: the tints add up to its score."
    )
    return name


def _show_picture(photo: PhotoId, run: Run, answer: Prediction, name: str | None) -> None:
    """Draw the photo, tinted with the evidence for and against a class where one is named."""
    if name is None:
        show_photo(photo, "The photo you asked about")
        return
    tinted = get_evidence(photo, run.card.id, answer.classes.index(name))
    alt = f"The photo, tinted orange where it speaks for {name} and blue where against"
    st.image(tinted, width="stretch", alt=alt)


def _neighbour_card(photo: PhotoId, similarity: float, dataset: Dataset) -> PhotoCard:
    label = dataset.label_of(photo)
    return PhotoCard(
        photo,
        f"{label_badge(dataset.classes, label)}  \n:small[{similarity:.0%} alike]",
        f"A training photo filed under {label or 'nothing any more'}, {similarity:.0%} alike",
    )
