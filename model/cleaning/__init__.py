"""Which labels are doubtful, and what was decided about them.

May import: datasets (quota and file layout only), networks, runs, evaluation, catalogue, photos. Begin with `suspects.py`.
"""
