"""Image sources, one file each: a search becomes photos with author and licence.

A new source is a file that ends in `SOURCE = PhotoSource(...)`, with its facts and its search, and
one line in `registry.py`. `openverse.py` is a short example; `api.py` tells what a source may use.
"""
