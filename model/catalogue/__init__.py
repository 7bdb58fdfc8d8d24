"""The data folder: tables, photos by hash, datasets, edits, workspaces, and what was measured of a photo.

May import: photos. Begin with `schema.py` for the tables, then `store.py`, which opens them.
"""
