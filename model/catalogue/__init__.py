"""The data folder: tables, photos by hash, datasets, edits, workspaces, measures of photos.

May import: photos. Begin with `schema.py` for the tables, then `store.py`, which opens them, then
`dataset.py` for the data as pages see it; `edits.py` replays what was decided, and takes it back.
"""
