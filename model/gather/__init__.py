"""Photos from the web that may be reused: `net/` goes out politely, `sources/` speak the APIs.

May import: datasets, jobs, catalogue. Begin with `sources/registry.py`, then `gatherer.py`, which
holds what all requests of a process share, and `background.py`.
"""
