"""Why is the error stuck? Answers by experiment; `tuning/` searches for better settings with Optuna.

May import: cleaning, training, jobs, networks, runs, evaluation, catalogue. Begin with `registry.py`.
"""
