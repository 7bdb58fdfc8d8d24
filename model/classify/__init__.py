"""A photo's answer, its evidence, and its look-alikes.

May import: networks, runs, evaluation, catalogue, photos. Begin with `classifier.py`.
"""
