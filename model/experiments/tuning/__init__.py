"""Better settings with Optuna, by many processes in one study. Begin with `space.py`."""
