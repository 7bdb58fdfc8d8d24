"""Why is the error stuck? Answers by experiment; `tuning/` looks for better settings by Optuna.

A new experiment is a file with its result class and `run`, one row in `registry.py`, and one chart
in `pages/shared/charts/experiments.py`. May import: cleaning, training, jobs, networks, runs,
evaluation, catalogue, photos. Begin with `registry.py`, then `learning_curve.py`.
"""
