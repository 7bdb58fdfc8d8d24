"""Better settings with Optuna, by many processes in one study.

Begin with `space.py`, the settings that are tried, then `run.py`.
"""
