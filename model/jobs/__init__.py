"""Work that outlives a click: its records, its queue, its processes and threads.

May import: catalogue, runs. Begin with `queue.py` for processes and `threads.py` for threads.
"""
