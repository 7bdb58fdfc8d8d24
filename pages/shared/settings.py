"""Asking how to train: epochs first, everything else under "More"."""

from dataclasses import replace
from typing import Any

import streamlit as st

from model.backbones import BACKBONES, DEFAULT_BACKBONE
from model.datasets import Dataset
from model.requests import TrainRequest
from model.runs import HeadSettings
from pages.shared.words import count

MAX_EPOCHS = 50
HELP = {
    "epochs": "How often it sees every train photo. Too few: it has not learned enough. Too many: it learns them by heart.",
    "backbone": "The pretrained network that turns a photo into numbers. It stays as it is; only the head on it learns.",
    "learning_rate": "How far each step goes. Too small: nothing happens. Too large: it jumps over the goal, and the losses grow.",
    "batch_size": "How many photos it looks at before each step. Small batches are noisy and find their way round corners.",
    "weight_decay": "Pulls the weights towards zero, so that no single number decides. More of it: simpler, blunter.",
    "label_smoothing": "Tells it that no label is quite certain. It then shouts less, which helps where labels are wrong.",
    "keep": "Best: the epoch with the lowest validation loss becomes the run. Last: the final one, even if it got worse.",
    "patience": "Stop early when the validation loss has not fallen for so many epochs. 0: never.",
    "seed": "Where the dice start: the same seed gives the same run. Another one shows how much is luck.",
}
BATCHES, DECAYS = [8, 16, 32, 64, 128, 256], [0.0, 0.01, 0.1, 1.0]
RATES = [1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 0.1]


def ask_for_training(workspace: str, dataset: Dataset) -> TrainRequest:
    """The training that the visitor has in mind."""
    usual = HeadSettings()
    epochs = st.slider("Epochs", 1, MAX_EPOCHS, usual.epochs, **_explained("epochs"))
    with st.expander("More", icon=":material/tune:"):
        backbone = st.selectbox(
            "Backbone",
            list(BACKBONES),
            list(BACKBONES).index(DEFAULT_BACKBONE),
            format_func=lambda name: BACKBONES[name].title,
            **_explained("backbone"),
        )
        st.caption(BACKBONES[backbone].note)
        settings = replace(_ask_for_more(usual), epochs=epochs)
    name = st.text_input(
        "Name", placeholder=default_name(settings, backbone), max_chars=80, key="retrain_name", persist_state="session"
    )
    return TrainRequest(dataset, backbone, settings, (name or "").strip() or default_name(settings, backbone), workspace)


def default_name(settings: HeadSettings, backbone: str) -> str:
    """What a run is called when nobody gave it a name: what is unusual about it."""
    usual = HeadSettings()
    parts = [f"Head, {count(settings.epochs, 'epoch')}"]
    if backbone != DEFAULT_BACKBONE:
        parts.append(BACKBONES[backbone].title)
    if settings.learning_rate != usual.learning_rate:
        parts.append(f"rate {settings.learning_rate:g}")
    if settings.seed != usual.seed:
        parts.append(f"seed {settings.seed}")
    return ", ".join(parts)


def _ask_for_more(usual: HeadSettings) -> HeadSettings:
    last = st.toggle("Keep the last epoch instead of the best", **_explained("keep"))
    return HeadSettings(
        learning_rate=st.select_slider("Learning rate", RATES, usual.learning_rate, **_explained("learning_rate")),
        batch_size=st.select_slider("Batch size", BATCHES, usual.batch_size, **_explained("batch_size")),
        weight_decay=st.select_slider("Weight decay", DECAYS, usual.weight_decay, **_explained("weight_decay")),
        label_smoothing=st.slider("Label smoothing", 0.0, 0.4, usual.label_smoothing, 0.05, **_explained("label_smoothing")),
        keep="last" if last else "best",
        patience=st.number_input("Patience", 0, MAX_EPOCHS, usual.patience, **_explained("patience")),
        seed=st.number_input("Seed", 0, 2**31, usual.seed, **_explained("seed")),
    )


def _explained(setting: str) -> dict[str, Any]:
    """What every control has: a sentence that teaches, and a memory for the way back to this page."""
    return {"help": HELP[setting], "key": f"retrain_{setting}", "persist_state": "session"}
