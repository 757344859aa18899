CREATE TABLE goose_db_version (
		id serial NOT NULL,
		version_id bigint NOT NULL,
		is_applied boolean NOT NULL,
		tstamp timestamp NULL default now(),
		PRIMARY KEY(id)
	);
INSERT INTO goose_db_version (version_id, is_applied) VALUES ('0', 't');
CREATE TABLE users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email text NOT NULL UNIQUE,
    note text DEFAULT 'a;b -- c'
);
COMMENT ON TABLE users IS 'it''s; who logs in';
INSERT INTO goose_db_version (version_id, is_applied) VALUES ('1', 't');
CREATE TYPE order_status AS ENUM ('new', 'paid; sent');
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $touch$
BEGIN
    -- not a statement; of the script
    NEW.changed_at := now();
    RETURN NEW;
END;
$touch$;
INSERT INTO goose_db_version (version_id, is_applied) VALUES ('2', 't');
CREATE TABLE orders (
    id bigint PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
    status order_status NOT NULL DEFAULT 'new',
    total numeric(12, 2) CHECK (total >= 0),
    changed_at timestamptz
);
CREATE TRIGGER orders_touch BEFORE UPDATE ON orders
    FOR EACH ROW EXECUTE FUNCTION touch();
CREATE VIEW open_orders AS
    SELECT o.id, u.email FROM orders o JOIN users u ON u.id = o.user_id WHERE o.status = 'new';
INSERT INTO goose_db_version (version_id, is_applied) VALUES ('9', 't');
INSERT INTO users (email, note) VALUES ('ada@example.com', 'Zürich; \n'), ('bob@example.com', NULL);
ALTER TABLE users ADD COLUMN active boolean NOT NULL DEFAULT true;
INSERT INTO goose_db_version (version_id, is_applied) VALUES ('10', 't');
CREATE INDEX CONCURRENTLY orders_user_id_idx ON orders (user_id) WHERE status = 'new';
INSERT INTO goose_db_version (version_id, is_applied) VALUES ('11', 't');
