"""Saved trainings: settings, card, weights and evaluation, and which of them a workspace sees.

May import: catalogue, evaluation, photos. Begin with `run.py`.
"""
