"""another base, which needs the orders"""
import sqlalchemy as sa
from alembic import op

revision = '9a3c55e8d0b1'
down_revision = None
branch_labels = None
depends_on = '4c2a9f10be77'


def upgrade():
    op.execute("CREATE VIEW totals AS SELECT sum(total) AS total FROM orders")


def downgrade():
    op.execute("DROP VIEW totals")
