"""Asking how to train: the mode and the epochs first, everything else under "More"."""

from dataclasses import asdict, replace
from typing import Any

import streamlit as st

from model.catalogue.dataset import Dataset
from model.networks.backbones import BACKBONES, DEFAULT_BACKBONE, find_backbone
from model.runs.listing import MAX_NAME
from model.runs.settings import FineTuneSettings, HeadSettings, Settings
from model.training.memory import BATCHES as FITTING_BATCHES
from model.training.memory import largest_batch
from model.training.request import TrainRequest
from model.wording import count
from pages.shared.asking import ask_for_option

MODES = {"head": "Head only", "fine-tune": "Whole network"}
MODE_NOTES = {
    "head": (
        "The backbone stays as it is; only the head on its cached numbers learns. A second or "
        "two, once it knows the photos."
    ),
    "fine-tune": (
        "fastai trains all layers on the photos themselves, as the assignment did. Minutes, in a "
        "process of its own: you can leave and come back."
    ),
}
MAX_EPOCHS = 50
HELP = {
    "epochs": (
        "How often it sees every train photo. Too few: it has not learned enough. Too many: "
        "it learns them by heart."
    ),
    "backbone": "The pretrained network that turns a photo into numbers.",
    "learning_rate": (
        "How far each step goes. Too small: nothing happens. Too large: it jumps "
        "over the goal, and the losses grow."
    ),
    "batch_size": (
        "How many photos it looks at before each step. Small batches are noisy; large "
        "ones take memory."
    ),
    "weight_decay": (
        "Pulls the weights towards zero, so that no single number decides. More of "
        "it: simpler, blunter."
    ),
    "label_smoothing": (
        "Tells it that no label is quite certain. It then shouts less, which helps "
        "where labels are wrong."
    ),
    "keep": (
        "Best: the epoch with the lowest validation loss becomes the run. Last: the final "
        "one, even if it got worse."
    ),
    "patience": "Stop early when the validation loss has not fallen for so many epochs. 0: never.",
    "seed": (
        "Where the dice start: the same seed gives the same run. Another one shows how much "
        "is luck."
    ),
    "image_px": (
        "The side of the squares it learns from. Larger shows more detail, and takes the "
        "square of it in time and memory."
    ),
    "augmentation": (
        "How strongly photos are turned, zoomed and relit while it learns, so that it "
        "cannot learn them by heart."
    ),
    "frozen_epochs": (
        "Epochs in which only the new head learns, so that its first wild guesses do "
        "not spoil the network."
    ),
}
IN_A_NAME = {
    "learning_rate": "rate {:g}",
    "weight_decay": "decay {:g}",
    "batch_size": "batches of {}",
    "image_px": "{} px",
    "augmentation": "augmentation {:g}",
    "frozen_epochs": "{} frozen",
    "label_smoothing": "smoothing {:g}",
    "keep": "{} epoch",
    "patience": "patience {}",
    "seed": "seed {}",
}
HEAD_BATCHES, DECAYS = [8, 16, 32, 64, 128, 256], [0.0, 0.01, 0.1, 1.0]
RATES = [1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 0.1]


def ask_for_training(workspace: str, dataset: Dataset) -> TrainRequest:
    """Ask for the training that the visitor has in mind."""
    mode = ask_for_option(
        "What learns",
        list(MODES),
        "retrain_mode",
        title=MODES.__getitem__,
        is_labelled=True,
        keep_in="session",
        width="stretch",
    )
    st.caption(MODE_NOTES[mode])
    usual: Settings = HeadSettings() if mode == "head" else FineTuneSettings()
    epochs = st.slider("Epochs", 1, MAX_EPOCHS, usual.epochs, **_explained("epochs", mode))
    with st.expander("More", icon=":material/tune:"):
        backbone = _ask_for_backbone(mode)
        common = _ask_for_common(usual, mode)
        settings: Settings = (
            _ask_for_head(epochs, common)
            if mode == "head"
            else _ask_for_fine_tuning(backbone, epochs, common)
        )
    usually = default_name(settings, backbone)
    name = st.text_input(
        "Name", placeholder=usually, max_chars=MAX_NAME, key="retrain_name", persist_state="session"
    )
    return TrainRequest(dataset, backbone, settings, (name or "").strip() or usually, workspace)


def _ask_for_backbone(mode: str) -> str:
    """Ask for one of the backbones that the mode can train."""
    able = {name: row for name, row in BACKBONES.items() if mode == "head" or row.trains_whole}
    backbone: str = st.selectbox(
        "Backbone",
        list(able),
        list(able).index(DEFAULT_BACKBONE),
        format_func=lambda name: able[name].title,
        **_explained("backbone", mode),
    )
    st.caption(able[backbone].note)
    for row in (row for name, row in BACKBONES.items() if name not in able):
        st.caption(f"{row.title} is not offered here: it is for a head only.")
    return backbone


def default_name(settings: Settings, backbone: str) -> str:
    """Name a run after what is unusual about it."""
    head = isinstance(settings, HeadSettings)
    usual: Settings = HeadSettings() if head else FineTuneSettings()
    parts = [f"{'Head' if head else 'Whole network'}, {count(settings.epochs, 'epoch')}"]
    if backbone != DEFAULT_BACKBONE:
        parts.append(BACKBONES[backbone].title)
    values, standard = asdict(settings), asdict(usual)
    parts += [
        words.format(values[name])
        for name, words in IN_A_NAME.items()
        if name in values and values[name] != standard[name]
    ]
    return ", ".join(parts)[:MAX_NAME]


def _ask_for_common(usual: Settings, mode: str) -> dict[str, Any]:
    """Ask for the settings that both modes have."""
    last = st.toggle("Keep the last epoch instead of the best", **_explained("keep"))
    return {
        "learning_rate": st.select_slider(
            "Learning rate", RATES, usual.learning_rate, **_explained("learning_rate", mode)
        ),
        "weight_decay": st.select_slider(
            "Weight decay", DECAYS, usual.weight_decay, **_explained("weight_decay")
        ),
        "label_smoothing": st.slider(
            "Label smoothing",
            0.0,
            0.4,
            usual.label_smoothing,
            0.05,
            **_explained("label_smoothing"),
        ),
        "keep": "last" if last else "best",
        "patience": st.number_input(
            "Patience", 0, MAX_EPOCHS, usual.patience, **_explained("patience")
        ),
        "seed": st.number_input("Seed", 0, 2**31, usual.seed, **_explained("seed")),
    }


def _ask_for_head(epochs: int, common: dict[str, Any]) -> HeadSettings:
    batch = st.select_slider(
        "Batch size", HEAD_BATCHES, HeadSettings.batch_size, **_explained("batch_size")
    )
    return HeadSettings(epochs=epochs, batch_size=batch, **common)


def _ask_for_fine_tuning(backbone: str, epochs: int, common: dict[str, Any]) -> FineTuneSettings:
    usual, facts = FineTuneSettings(), find_backbone(backbone)
    image_px = st.select_slider(
        "Photo size", [96, 128, 160, 192, 224, 260], usual.image_px, **_explained("image_px")
    )
    fitting = min(usual.batch_size, largest_batch(facts, image_px) or FITTING_BATCHES[0])
    batch = st.select_slider(
        "Batch size", FITTING_BATCHES, fitting, **_explained("batch_size", "fine-tune")
    )
    return replace(
        usual,
        epochs=epochs,
        image_px=image_px,
        batch_size=batch,
        augmentation=st.slider(
            "Augmentation", 0.0, 2.0, usual.augmentation, 0.5, **_explained("augmentation")
        ),
        frozen_epochs=st.number_input(
            "Frozen epochs", 0, 10, usual.frozen_epochs, **_explained("frozen_epochs")
        ),
        **common,
    )


def _explained(setting: str, mode: str = "") -> dict[str, Any]:
    """Give every control a sentence that teaches, and a memory for the way back."""
    return {
        "help": HELP[setting],
        "key": f"retrain_{setting}{'_tuned' if mode == 'fine-tune' else ''}",
        "persist_state": "session",
    }
