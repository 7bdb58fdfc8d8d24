"""The name of a photo: the SHA-256 of its bytes as they are stored."""

import hashlib
from typing import NewType

PhotoId = NewType("PhotoId", str)  # 64 hexadecimal digits; no label or file name can pass for one.


def digest(jpeg: bytes) -> PhotoId:
    """Name a photo by its bytes as they are stored."""
    return PhotoId(hashlib.sha256(jpeg).hexdigest())
