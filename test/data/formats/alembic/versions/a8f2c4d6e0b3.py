"""index without a lock"""
import sqlalchemy as sa
from alembic import op

revision = 'a8f2c4d6e0b3'
down_revision = '7e61b0d2a915'
branch_labels = None
depends_on = None


def upgrade():
    with op.get_context().autocommit_block():
        op.create_index("orders_user", "orders", ["user_id"], postgresql_concurrently=True)


def downgrade():
    with op.get_context().autocommit_block():
        op.drop_index("orders_user", postgresql_concurrently=True)
