"""Image sources, one file each: a search becomes photos with author and licence.

Begin with `registry.py`; `inaturalist.py` is a short example.
"""
