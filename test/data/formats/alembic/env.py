# The URL of the database is an argument: alembic -x url=postgresql://...
from alembic import context
from sqlalchemy import create_engine

url = context.get_x_argument(as_dictionary=True).get("url", "postgresql://")
options = {"version_table": context.get_x_argument(as_dictionary=True).get("table", "alembic_version")}

if context.is_offline_mode():
    context.configure(url=url, literal_binds=True, **options)
    with context.begin_transaction():
        context.run_migrations()
else:
    with create_engine(url).connect() as connection:
        context.configure(connection=connection, **options)
        with context.begin_transaction():
            context.run_migrations()
