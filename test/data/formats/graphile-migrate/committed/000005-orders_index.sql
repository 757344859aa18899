--! Previous: sha1:a0f8af268ee4912e81f625864488af1cda182e2f
--! Hash: sha1:251f28cf7d2099fe2915e8b8c0248bdc421dc24c
--! Message: orders_index

CREATE INDEX orders_user_id_idx ON orders (user_id) WHERE status = 'new';
