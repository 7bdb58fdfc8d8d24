"""Photos from the web that may be reused: `net/` goes out politely, `sources/` speak the APIs.

May import: datasets, jobs, catalogue. Begin with `sources/registry.py`, then `background.py`.
"""
