"""Pretrained networks, and the features they give for photos.

May import: catalogue, photos. Begin with `backbones.py`, the table of them, then `features.py`.
"""
