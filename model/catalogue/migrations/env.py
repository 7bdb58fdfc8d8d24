"""Run revisions within the transaction that `model.catalogue.migrate` hands over.

Executed by Alembic, imported by no module.
"""

from alembic import context

from model.catalogue.migrate import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    version_table=VERSION_TABLE,
    transactional_ddl=True,  # On SQLite too: its BEGIN is ours, not Python's.
)
context.run_migrations()
