"""merge"""
import sqlalchemy as sa
from alembic import op

revision = '7e61b0d2a915'
down_revision = ('4c2a9f10be77', '5d0e1a77c3f4')
branch_labels = None
depends_on = None


def upgrade():
    pass


def downgrade():
    pass
