create table if not exists public.schema_migrations (version varchar primary key);
-- migrate:up
CREATE TABLE users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email text NOT NULL UNIQUE,
    note text DEFAULT 'a;b -- c'
);
COMMENT ON TABLE users IS 'it''s; who logs in';
insert into public.schema_migrations (version) values ('20260101120000');
-- migrate:up
CREATE TYPE order_status AS ENUM ('new', 'paid; sent');
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $touch$
BEGIN
    -- not a statement; of the script
    NEW.changed_at := now();
    RETURN NEW;
END;
$touch$;
insert into public.schema_migrations (version) values ('20260102120000');
-- migrate:up
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
insert into public.schema_migrations (version) values ('20260103120000');
-- migrate:up
INSERT INTO users (email, note) VALUES ('ada@example.com', 'Zürich; \n'), ('bob@example.com', NULL);
ALTER TABLE users ADD COLUMN active boolean NOT NULL DEFAULT true;
insert into public.schema_migrations (version) values ('20260104120000');
-- migrate:up transaction:false
CREATE INDEX CONCURRENTLY orders_user_id_idx ON orders (user_id) WHERE status = 'new';
insert into public.schema_migrations (version) values ('20260105120000');
