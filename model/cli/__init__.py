"""The command line, `python -m model COMMAND`: the same code as the pages.

May import: every room. Each command imports what it needs when it runs. Begin with `main.py`.
"""
