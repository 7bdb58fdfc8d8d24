"""What the server answers besides pages. Thin: the work is model's, the caches are the pages'.

Imported before the server answers at all: what is heavy is imported inside functions.
"""
