"""Fine-tune the whole network with fastai, as the assignment did.

`vision_learner` and `fine_tune`, with our linear head.

With fastai_callbacks and lr_finder the only module that imports fastai: 300 MB and some seconds, in
a process of its own.
"""

from collections.abc import Callable, Sequence
from copy import deepcopy
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import nn

from model.catalogue.dataset import Dataset, LabelledPhoto, Split, check_trainable
from model.catalogue.speeds import record_speed
from model.catalogue.store import Store, open_stored, read_photo
from model.errors import AreoleError, Cancelled
from model.evaluation.numerics import cross_entropy
from model.networks.backbones import (
    STEP_SPEED,
    VALIDATION_SPEED,
    Backbone,
    find_backbone,
    with_input_px,
)
from model.networks.export import write_onnx
from model.networks.features import extract_features, pooled
from model.networks.inference import feature_map, open_network
from model.networks.preprocessing import pixels
from model.networks.pretrained import build_network, freeze_for_inference
from model.networks.torchvision_operators import define_missing_operators
from model.photos.photo_id import PhotoId
from model.photos.prefetch import ahead
from model.progress import Check
from model.runs.run import FineTunedWeights, Run
from model.runs.settings import Epoch, FineTuneSettings, HeadSettings
from model.runtime import is_main_process
from model.training.fastai_callbacks import (
    Evaluate,
    ReportCallback,
    Watcher,
    mixed_precision,
    together,
)
from model.training.head import Head, best_epoch, train_head
from model.training.head_run import build_run, labelled_features, new_run_id, save_and_register_run
from model.training.request import TrainRequest

define_missing_operators()  # For torchvision, which fastai imports
from fastai.callback.channelslast import ChannelsLast  # noqa: E402
from fastai.vision.all import (  # noqa: E402
    Callback,
    CategoryBlock,
    CrossEntropyLossFlat,
    DataBlock,
    DataLoaders,
    ImageBlock,
    IndexSplitter,
    Learner,
    Normalize,
    Resize,
    aug_transforms,
    default_split,
    model_meta,
    set_seed,
    vision_learner,
)

PHOTOS_A_CHECK = 10  # Photos evaluated between two checks for a cancellation


def fine_tune_run(
    store: Store,
    request: TrainRequest,
    watcher: Watcher,
    *,
    folder: Path | None = None,
    checkpoint: Path | None = None,
    before: Sequence[Epoch] = (),
) -> Run | None:
    """Fine-tune, evaluate every photo as it will be served, and save the run.

    After each epoch the weights are kept in the file `checkpoint`. With the epochs `before` of a
    training that broke off it goes on from there: weights and learning rate as they were, the
    optimizer's moments anew. Cancelled while it learns, it saves the best epoch so far. Under
    `torchrun` several processes learn together; all but the first return None.
    Raises Cancelled where there is none, CannotTrain, NotFound, WeightsMissing, StoreUnavailable.
    """
    settings, dataset, backbone = request.settings, request.dataset, find_backbone(request.backbone)
    assert isinstance(settings, FineTuneSettings)
    check_trainable(dataset)
    started = perf_counter()
    loaders = data_loaders(store, dataset, backbone, settings)
    learner = build_learner(loaders, backbone, settings, len(dataset.classes))
    start_from_trained_head(store, dataset, backbone, learner.model[1][-1], watcher)
    evaluate = served_evaluation(store, dataset, with_input_px(backbone, settings.image_px))
    progress = ReportCallback(watcher, settings, evaluate, checkpoint, list(before))
    if before and checkpoint:
        progress.restore(learner.model)
    with together(learner):
        fit(learner, settings, progress)
    if not is_main_process():
        return None
    if len(progress.history) > max(settings.frozen_epochs, len(before)):
        _record_speeds(store, request, progress)
    if not progress.history:
        raise Cancelled("Cancelled before the first epoch was over: there is nothing to keep.")
    learner.model.load_state_dict(progress.kept)
    return _save_tuned(
        store, request, learner, progress, folder=folder, started=started, before=before
    )


def _record_speeds(store: Store, request: TrainRequest, progress: ReportCallback) -> None:
    """Keep what a photo took in the last epoch, at 224 pixels, for the next estimate."""
    size = (progress.settings.image_px / 224) ** 2
    for what, split, seconds in (
        (STEP_SPEED, Split.TRAIN, progress.train_seconds),
        (VALIDATION_SPEED, Split.VALID, progress.valid_seconds),
    ):
        photos = sum(labelled.split == split for labelled in request.dataset.photos)
        record_speed(store, what, request.backbone, seconds / photos / size)


def _save_tuned(
    store: Store,
    request: TrainRequest,
    learner: Learner,
    progress: ReportCallback,
    *,
    folder: Path | None,
    started: float,
    before: Sequence[Epoch],
) -> Run:
    """Evaluate a tuned network and head on all photos of the dataset, and save them as a run."""
    model, photos = learner.model.cpu(), request.dataset.photos
    network, linear = model[0], model[1][-1]
    backbone = with_input_px(find_backbone(request.backbone), progress.settings.image_px)
    weights = halve(network)
    with TemporaryDirectory() as made:
        onnx = Path(made, "network.onnx")
        write_onnx(freeze_for_inference(network), onnx)
        names = [labelled.photo for labelled in photos]
        served = partial(feature_map, backbone=backbone, network=open_network(onnx))
        features = _extract_tuned_features(store, names, served, progress.watcher)
        weight, bias = (part.detach().float().numpy() for part in (linear.weight, linear.bias))
        head = Head(weight, bias, tuple(progress.history), best_epoch(progress.history))
        seconds = perf_counter() - started + sum(epoch.seconds for epoch in before)
        events = [f"continued after epoch {before[-1].epoch}"] if before else []
        if progress.is_cancelled:
            events.append(f"cancelled after epoch {progress.history[-1].epoch}")
        full = features.astype(np.float32)
        run = build_run(request, head, full, new_run_id("tuned"), seconds=seconds, events=events)
        train = [row for row, labelled in enumerate(photos) if labelled.split == "train"]
        tuned = FineTunedWeights(weights, features[train], onnx)
        save_and_register_run(store, run, request, folder, tuned)
    return run


def served_evaluation(store: Store, dataset: Dataset, backbone: Backbone) -> Evaluate:
    """Make the function that gives loss and error rate on the validation photos after an epoch.

    It looks at them just as the saved run will: whole photos, weights rounded as they are saved,
    full precision. So the curve and Evaluate show one figure; fastai's own way, square crops in
    bfloat16, gave 23 of 143 wrong where the run had 27.
    """
    valid = [labelled for labelled in dataset.photos if labelled.split == Split.VALID]
    labels = np.array([dataset.classes.index(labelled.label) for labelled in valid])

    def evaluate(check: Check, network: nn.Module, linear: nn.Module) -> tuple[float, float]:
        device, served = next(linear.parameters()).device, deepcopy(network).float()
        halve(served)
        freeze_for_inference(served)
        features = np.zeros((len(valid), backbone.channels), np.float32)
        inputs = ahead(valid, lambda labelled: pixels(open_stored(store, labelled.photo), backbone))
        for row, (_, photo) in enumerate(inputs):
            check()
            if isinstance(photo, AreoleError):
                raise photo
            with torch.inference_mode():
                maps = served(torch.from_numpy(photo).to(device))[0]
            features[row] = pooled(maps.cpu().numpy())
        weight, bias = (part.detach().float().cpu().numpy() for part in linear.parameters())
        logits = features @ weight.T + bias
        loss = float(cross_entropy(logits, labels).mean())
        return loss, float((logits.argmax(axis=1) != labels).mean())

    return evaluate


def data_loaders(
    store: Store, dataset: Dataset, backbone: Backbone, settings: FineTuneSettings
) -> DataLoaders:
    """Make batches of the train photos: square, varied, normalised as the backbone wants them.

    Validation photos are not among them: `served_evaluation` looks at those.
    """
    labelled_photos = [labelled for labelled in dataset.photos if labelled.split == "train"]
    augmentations = aug_transforms(mult=settings.augmentation) if settings.augmentation else []

    def photo(labelled: LabelledPhoto) -> bytes:
        return read_photo(store, labelled.photo)

    block = DataBlock(
        blocks=(ImageBlock, CategoryBlock(vocab=list(dataset.classes), sort=False)),
        get_x=photo,
        get_y=lambda labelled: labelled.label,
        splitter=IndexSplitter([]),
        item_tfms=Resize(settings.image_px),
        batch_tfms=[*augmentations, Normalize.from_stats(backbone.mean, backbone.std)],
    )
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    set_seed(settings.seed, reproducible=True)
    return block.dataloaders(labelled_photos, bs=settings.batch_size, num_workers=0, device=device)


def build_learner(
    loaders: DataLoaders, backbone: Backbone, settings: FineTuneSettings, classes: int
) -> Learner:
    """Build fastai's learner on the backbone, with a linear head on average-pooled features."""

    def body(pretrained: bool = True) -> nn.Module:  # fastai asks; ours always are.
        return build_network(backbone.name)

    model_meta[body] = {"cut": lambda network: network, "split": default_split}
    return vision_learner(
        loaders,
        body,
        normalize=False,  # data_loaders does.
        n_out=classes,
        custom_head=nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(backbone.channels, classes)
        ),
        loss_func=CrossEntropyLossFlat(label_smoothing=settings.label_smoothing),
        wd=settings.weight_decay,
        cbs=[ChannelsLast(), *mixed_precision()],
    )


def start_from_trained_head(
    store: Store, dataset: Dataset, backbone: Backbone, linear: nn.Linear, watcher: Watcher
) -> None:
    """Begin with a head trained on cached features; a random one would spoil the network first.

    Kumar et al. 2022, https://arxiv.org/abs/2202.10054.
    """

    def report(done: int, total: int) -> None:
        watcher.on_features(done, total)
        if watcher.is_cancelled():
            raise Cancelled("Cancelled before it began to learn: there is nothing to keep.")

    features = extract_features(
        store, [labelled.photo for labelled in dataset.photos], backbone, report
    )
    train, valid = (labelled_features(dataset, split, features) for split in ("train", "valid"))
    head = train_head(train, valid, dataset.classes, HeadSettings())
    linear.load_state_dict(
        {"weight": torch.from_numpy(head.weight), "bias": torch.from_numpy(head.bias)}
    )


def fit(learner: Learner, settings: FineTuneSettings, *callbacks: Callback) -> None:
    """Run fastai's `fine_tune`; without frozen epochs, its second half."""
    rate = settings.learning_rate
    with learner.no_bar(), learner.no_logging(), learner.added_cbs(list(callbacks)):
        if settings.frozen_epochs:
            learner.fine_tune(settings.epochs, rate, freeze_epochs=settings.frozen_epochs)
        else:
            learner.unfreeze()
            learner.fit_one_cycle(
                settings.epochs, slice(rate / 200, rate / 2), pct_start=0.3, div=5.0
            )


def halve(network: nn.Module) -> dict[str, NDArray[np.float16]]:
    """Round a network's weights to half precision, in place: 7 MB instead of 14.

    So the weights that are evaluated are those that are saved.
    """
    # Contiguous, or safetensors writes the bytes of channels-last weights in their own order.
    weights = {
        name: np.ascontiguousarray(tensor.cpu().numpy(), np.float16)
        for name, tensor in network.state_dict().items()
    }
    network.load_state_dict(
        {name: torch.from_numpy(array).float() for name, array in weights.items()}
    )
    return weights


def _extract_tuned_features(
    store: Store,
    photos: list[PhotoId],
    feature_map: Callable[[Image.Image], NDArray[np.float32]],
    watcher: Watcher,
) -> NDArray[np.float16]:
    """Extract the features of photos, (N, D), with a tuned network.

    Raises Cancelled where that is asked for meanwhile: the weights wait in the checkpoint.
    """
    features, stopped = list[NDArray[np.float16]](), watcher.is_cancelled()
    for _, vector in ahead(photos, lambda photo: pooled(feature_map(open_stored(store, photo)))):
        if isinstance(vector, AreoleError):
            raise vector
        if len(features) % PHOTOS_A_CHECK == 0 and not stopped and watcher.is_cancelled():
            raise Cancelled(
                "Cancelled before all photos were judged. What it learned is kept: it can go on."
            )
        features.append(vector)
        watcher.on_evaluate(len(features), len(photos))
    return np.stack(features)
