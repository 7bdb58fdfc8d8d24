"""Photos in and out of a dataset as files; a visitor's own datasets; the quota.

May import: jobs, runs, catalogue, photos. Begin with `intake.py`. On its way in a file is a row of an archive or folder
(`folders.py`), a file of the import plan (`import_plan.py`), a photo with its label (`intake.py`), and a row of the catalogue.
"""
