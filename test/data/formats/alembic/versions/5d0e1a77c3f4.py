"""words, on a branch"""
import sqlalchemy as sa
from alembic import op

revision = '5d0e1a77c3f4'
down_revision = '1975ea83b712'
branch_labels = 'words'
depends_on = None


def upgrade():
    op.execute("""
CREATE FUNCTION word(n int) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    -- Running in circles; not a mark
    RETURN 'one;' || n;
END;
$$""")
    table = op.create_table("words", sa.Column("word", sa.Text))
    op.bulk_insert(table, [{"word": "it's"}, {"word": "Zürich; --"}])


def downgrade():
    op.drop_table("words")
    op.execute("DROP FUNCTION word")
