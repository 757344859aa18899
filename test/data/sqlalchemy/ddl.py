"""ddl.py MODULE - prints the DDL of a module's models, for schemamig.set_model()."""

import importlib
import sys

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateColumn, CreateTable


@compiles(CreateTable, "postgresql")
@compiles(CreateColumn, "postgresql")
def with_old_name(create, compiler, **options):
    """Says of tables and columns with info={"renamed_from": name} that they were called so."""
    text = getattr(compiler, "visit_" + create.__visit_name__)(create, **options)
    old = create.element.info.get("renamed_from")
    return f"-- schemamig: renamed from {old}\n{text}" if old and text else text


def ddl(metadata):
    """What metadata.create_all() would execute, as text."""
    # (The drivers' own dialects double each percent sign, for the driver.)
    dialect = postgresql.dialect(paramstyle="named")
    statements = []
    for schema in sorted({table.schema for table in metadata.tables.values()} - {None, "public"}):
        statements.append("CREATE SCHEMA IF NOT EXISTS " + dialect.identifier_preparer.quote_schema(schema))

    def collect(statement, *multiparams, **params):
        statements.append(str(statement.compile(dialect=dialect)).strip())

    metadata.create_all(sa.create_mock_engine("postgresql://", collect), checkfirst=False)
    return ";\n".join(statements) + ";\n"


if __name__ == "__main__":
    sys.stdout.write(ddl(importlib.import_module(sys.argv[1]).metadata))
