"""Two ways to make a run: train a head on cached features, or fine-tune the whole network.

May import: jobs, networks, runs, evaluation, catalogue, photos. Begin with `head.py`, then
`head_run.py` and `finetune.py`.
"""
