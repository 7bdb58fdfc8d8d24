"""Telling the classifier what a photo really shows."""

import streamlit as st

from model.catalogue.dataset import Dataset
from model.catalogue.workspaces import filed_photos
from model.cleaning.decisions import label_photo, revert_edits
from model.photos.photo_id import PhotoId
from pages.shared.asking import ask_for_class
from pages.shared.text import plain
from pages.shared.visit import Visit

PLACES = {
    "train": (
        "From the train split, filed under {label}. I learned from this very photo, so my "
        "answer proves little."
    ),
    "valid": "From the validation split, filed under {label}. I never learned from it.",
    "test": (
        "From the test split, filed under {label}. I never learned from it, and it stays as "
        "it is so that it can judge fairly."
    ),
}


def ask_for_label(visit: Visit, photo: PhotoId, dataset: Dataset, *, own: bool) -> None:
    """Ask what a photo really shows: one's own joins the training photos, others are relabelled."""
    labelled, filed = dataset.find(photo), photo in filed_photos(visit.store, visit.workspace)
    if labelled is not None and (labelled.split == "test" or not (own or filed)):
        st.caption(PLACES[labelled.split].format(label=plain(labelled.label)))
    if labelled is not None and labelled.split == "test":
        return
    label = labelled.label if labelled else None
    key = f"classify_told_{photo}_{label}"
    truth = ask_for_class("Wrong? Tell it what this is", dataset.classes, key, label)
    if truth is not None and truth != label:
        label_photo(visit.store, visit.workspace, photo, truth)
        st.rerun()
    if filed:
        follows = (
            "the next retraining learns from it"
            if labelled and labelled.split == "train"
            else "the figures on Evaluate follow"
        )
        st.caption(f"Filed under {plain(str(label))}: {follows}.")
        if st.button("Take it back", icon=":material/undo:", key="classify_withdraw"):
            revert_edits(visit.store, visit.workspace, photo)
            st.rerun()
