"""orders"""
import sqlalchemy as sa
from alembic import op

revision = '4c2a9f10be77'
down_revision = '1975ea83b712'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "orders",
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("user_id", sa.BigInteger, sa.ForeignKey("users.id"), nullable=False),
        sa.Column("total", sa.Numeric(12, 2), sa.CheckConstraint("total >= 0")),
    )


def downgrade():
    op.drop_table("orders")
