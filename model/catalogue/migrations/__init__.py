"""Revisions of the catalogue's tables, for Alembic; `model.catalogue.migrate` runs them.

To change a table: change its class in the schema, write `versions/0004_change_something.py` after
the newest revision's example, and name it in `migrate.HEAD`. `tests/model/test_migrations.py` holds
that the revisions make the very tables of the schema.

A released revision never changes, and imports nothing of ours, for that will change. It goes one
way only; the way back is the backup. SQLite changes a column by building its table anew: use
`op.batch_alter_table`.
"""
