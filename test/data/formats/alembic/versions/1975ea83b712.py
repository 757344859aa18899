"""create users"""
import sqlalchemy as sa
from alembic import op

revision = '1975ea83b712'
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "users",
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("email", sa.Text, nullable=False, unique=True),
        sa.Column("state", sa.Enum("new", "paid; sent", name="state"), server_default="new"),
        comment="it's; who logs in",
    )


def downgrade():
    op.drop_table("users")
    op.execute("DROP TYPE state")
