CREATE TABLE "public"."pgmigrations" (id SERIAL PRIMARY KEY, name varchar(255) NOT NULL, run_on timestamp NOT NULL);
-- Up Migration
CREATE TABLE users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email text NOT NULL UNIQUE,
    note text DEFAULT 'a;b -- c'
);
COMMENT ON TABLE users IS 'it''s; who logs in';
;
INSERT INTO "public"."pgmigrations" (name, run_on) VALUES ('1767268801000_users', NOW());
-- Up Migration
CREATE TYPE order_status AS ENUM ('new', 'paid; sent');
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $touch$
BEGIN
    -- not a statement; of the script
    NEW.changed_at := now();
    RETURN NEW;
END;
$touch$;
;
INSERT INTO "public"."pgmigrations" (name, run_on) VALUES ('1767268802000_status-and-touch', NOW());
-- Up Migration
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
;
INSERT INTO "public"."pgmigrations" (name, run_on) VALUES ('1767268803000_orders', NOW());
-- Up Migration
INSERT INTO users (email, note) VALUES ('ada@example.com', 'Zürich; \n'), ('bob@example.com', NULL);
ALTER TABLE users ADD COLUMN active boolean NOT NULL DEFAULT true;
;
INSERT INTO "public"."pgmigrations" (name, run_on) VALUES ('1767268804000_first-users', NOW());
-- Up Migration
CREATE INDEX orders_user_id_idx ON orders (user_id) WHERE status = 'new';
;
INSERT INTO "public"."pgmigrations" (name, run_on) VALUES ('1767268805000_orders-index', NOW());
