"""Answer for one photo: probabilities, evidence, look-alikes, and whether to trust them.

Safe from many threads.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from model.catalogue.store import Store
from model.classify.answer import Neighbour, Prediction
from model.evaluation.confidence import assess
from model.evaluation.neighbours import nearest, unit
from model.evaluation.numerics import softmax
from model.networks.backbones import Backbone, find_backbone, with_input_px
from model.networks.features import extract_features, photos_in_store
from model.networks.inference import Network, feature_map, load_network, open_fine_tuned
from model.photos.photo_id import PhotoId
from model.runs.run import Run, load_fine_tuned_weights, load_run, run_folder
from model.runs.settings import FineTuneSettings, Mode


@dataclass(frozen=True)
class Classifier:
    """A run with its backbone and its training photos, ready to answer."""

    run: Run
    backbone: Backbone
    network: Network
    photos: tuple[PhotoId, ...]
    vectors: NDArray[np.float32]  # (M, D), of length one

    def predict(self, image: Image.Image, photo: PhotoId | None = None) -> Prediction:
        """Classify an RGB image; `photo`, where it is a kept one, is not its own look-alike."""
        run, maps = self.run, feature_map(image, self.backbone, self.network)  # (D, H, W)
        pooled = maps.mean(axis=(1, 2))
        probabilities = softmax(pooled @ run.weight.T + run.bias, run.card.temperature)
        [alike] = nearest(unit(pooled)[None], [photo], self.vectors, self.photos)
        similarity = float(np.mean([similarity for _, similarity in alike])) if alike else 0.0
        return Prediction(
            run.card.classes,
            probabilities,
            evidence(maps, run),
            tuple(Neighbour(self.photos[row], similarity) for row, similarity in alike),
            similarity,
            assess(probabilities, similarity, unfamiliar_below=run.card.unfamiliar_below),
        )


def evidence(maps: NDArray[np.float32], run: Run) -> NDArray[np.float32]:
    """Compute the share of each region in each score: feature maps (D, H, W) -> (C, H, W).

    Exact, because pooling and head are linear (Zhou et al. 2016, class activation mapping,
    https://arxiv.org/abs/1512.04150). The mean over classes is taken off: softmax ignores it, and
    what is left says for or against.
    """
    scores = np.tensordot(run.weight, maps, axes=1) + run.bias[:, None, None]
    return np.asarray((scores - scores.mean(axis=0)) / np.float32(run.card.temperature), np.float32)


def load_classifier(store: Store, run_id: str) -> Classifier:
    """A run made ready to answer. Raises NotFound, WeightsMissing, StoreUnavailable."""
    run = load_run(run_folder(store, run_id))
    settings = run.card.settings
    image_px = settings.image_px if isinstance(settings, FineTuneSettings) else None
    backbone = with_input_px(find_backbone(run.card.backbone), image_px)
    photos = run.evaluation.for_split("train").photos
    if run.card.mode is Mode.FINE_TUNE:
        tuned = load_fine_tuned_weights(run_folder(store, run_id))
        network = open_fine_tuned(backbone.name, tuned.onnx)
        features = tuned.features.astype(np.float32)
    else:
        photos = tuple(photos_in_store(store, photos, backbone))
        network, features = load_network(backbone.name), extract_features(store, photos, backbone)
    return Classifier(run, backbone, network, photos, unit(features))
