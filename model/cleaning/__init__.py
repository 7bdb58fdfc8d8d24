"""Find doubtful labels, bad photos and copies; decide about them; score the cleaning.

May import: datasets (quota and file layout only), networks, runs, evaluation, catalogue, photos.
Begin with `suspects.py` (what is doubtful), then `decisions.py` (keep, move, delete, undo).
"""
