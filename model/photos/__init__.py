"""One picture: bytes to RGB, how sharp it is, whether two are the same. No database.

May import: the hall, as every room may. Begin with `image.py`: every byte that comes in
passes it. `near_duplicates.py` says when two photos are the same.
"""
