"""One table of logits, and every figure that follows from it. Pure numpy.

May import: photos. Begin with `table.py`.
"""
