"""All that is known about a run as one HTML document.

May import: experiments, cleaning, runs, networks, evaluation, catalogue. Begin with `contents.py`, then `html.py`.
"""
