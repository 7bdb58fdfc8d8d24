"""One table of logits, and every figure that follows from it. Pure numpy.

May import: photos. Begin with `table.py`. `confidence.py` says when an answer is not sure, and
when a photo is like none that was learned.
"""
