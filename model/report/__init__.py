"""All that is known about a run as one HTML document.

May import: experiments, cleaning, runs, networks, evaluation, catalogue, photos. Begin with
`contents.py` (what it says), then `sentences.py` and `drawings.py` (how), `report.html.jinja` and
`html.py`.
"""
