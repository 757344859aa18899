-- Up Migration
CREATE INDEX orders_user_id_idx ON orders (user_id) WHERE status = 'new';

-- Down Migration
DROP INDEX orders_user_id_idx;
