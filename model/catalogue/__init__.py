"""The data folder: tables, migrations, photos by hash, datasets, edits, workspaces."""
