"""Pretrained networks, and the features they give for photos.

May import: catalogue, photos. Begin with `backbones.py`, the table of them, then `inference.py`,
which runs them without torch, and `features.py`. `pretrained.py` builds them in torch, to be
trained further or written as ONNX (`export.py`).
"""
