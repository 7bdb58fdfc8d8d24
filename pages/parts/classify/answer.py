"""The answer to one photo, drawn: verdict, probabilities, evidence, look-alikes."""

import streamlit as st

from model.catalogue.dataset import Dataset
from model.photos.photo_id import PhotoId
from model.runs.run import Run
from pages.shared.cache.photos import get_evidence, get_picture, get_prediction
from pages.shared.colours import label_badge
from pages.shared.gallery import PhotoCard, show_cards
from pages.shared.text import explanation, plain, verdict


def show_answer(photo: PhotoId, dataset: Dataset, run: Run) -> None:
    """The verdict and its reasons: probabilities, evidence, look-alikes."""
    from pages.shared.charts.evaluation import probability_bars

    answer = get_prediction(photo, run.card.id)
    st.header(plain(verdict(answer)), anchor=False)
    st.markdown(
        explanation(answer, [dataset.label_of(neighbour.photo) for neighbour in answer.neighbours])
    )
    picture, figures = st.columns(2)
    with figures:
        ranked = ", ".join(
            f"{name} {share:.0%}"
            for name, share in zip(answer.classes, answer.probabilities, strict=True)
        )
        st.altair_chart(probability_bars(answer), alt=f"How likely each class is: {ranked}")
        seen = st.toggle(
            "Show the evidence",
            key="classify_evidence",
            help="Which parts of the photo speak for a class, and which against.",
        )
        looked_for = answer.best
        if seen:
            looked_for = st.pills(
                "For and against",
                answer.classes,
                default=answer.best,
                required=True,
                format_func=plain,
                wrap=True,
                key=f"classify_class_{photo}",
            )
            st.caption(
                f"Orange speaks for {plain(looked_for)}, blue against. Exact: the tints add up to "
                f"its score."
            )
    with picture:
        if seen:
            tinted = get_evidence(photo, run.card.id, answer.classes.index(looked_for))
            st.image(
                tinted,
                width="stretch",
                alt=f"The photo, tinted orange where it speaks for {looked_for} and blue where "
                f"against",
            )
        else:
            st.image(get_picture(photo), width="stretch", alt="The photo you asked about")
    st.markdown("**Most alike among the training photos**")
    show_cards(
        [
            _neighbour_card(neighbour.photo, neighbour.similarity, dataset)
            for neighbour in answer.neighbours
        ],
        columns=5,
        key="classify_alike",
    )


def _neighbour_card(photo: PhotoId, similarity: float, dataset: Dataset) -> PhotoCard:
    label = dataset.label_of(photo)
    badge = label_badge(dataset.classes, label)
    return PhotoCard(
        photo,
        f"{badge}  \n:small[{similarity:.0%} alike]",
        f"A training photo filed under {label or 'nothing any more'}, {similarity:.0%} alike",
    )
