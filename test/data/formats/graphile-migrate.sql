create schema if not exists graphile_migrate;

    create table if not exists graphile_migrate.migrations (
      hash text primary key,
      previous_hash text references graphile_migrate.migrations,
      filename text not null,
      date timestamptz not null default now()
    );

    create table if not exists graphile_migrate.current (
      filename text primary key default 'current.sql',
      content text not null,
      date timestamptz not null default now()
    );
CREATE TABLE users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email text NOT NULL UNIQUE,
    note text DEFAULT 'a;b -- c'
);
COMMENT ON TABLE users IS 'it''s; who logs in';
insert into graphile_migrate.migrations(hash, previous_hash, filename) values ('sha1:653c52e6f02e6c365aa9e72086af7430993b9c06', NULL, '000001.sql');
create schema if not exists graphile_migrate;

    create table if not exists graphile_migrate.migrations (
      hash text primary key,
      previous_hash text references graphile_migrate.migrations,
      filename text not null,
      date timestamptz not null default now()
    );

    create table if not exists graphile_migrate.current (
      filename text primary key default 'current.sql',
      content text not null,
      date timestamptz not null default now()
    );
CREATE TYPE order_status AS ENUM ('new', 'paid; sent');
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $touch$
BEGIN
    -- not a statement; of the script
    NEW.changed_at := now();
    RETURN NEW;
END;
$touch$;
insert into graphile_migrate.migrations(hash, previous_hash, filename) values ('sha1:4caecf2fd64f8f795bd5002834c09802b1ea82bc', 'sha1:653c52e6f02e6c365aa9e72086af7430993b9c06', '000002.sql');
create schema if not exists graphile_migrate;

    create table if not exists graphile_migrate.migrations (
      hash text primary key,
      previous_hash text references graphile_migrate.migrations,
      filename text not null,
      date timestamptz not null default now()
    );

    create table if not exists graphile_migrate.current (
      filename text primary key default 'current.sql',
      content text not null,
      date timestamptz not null default now()
    );
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
GRANT SELECT ON orders TO pg_monitor;
ALTER DATABASE graphile SET timezone = 'UTC';
insert into graphile_migrate.migrations(hash, previous_hash, filename) values ('sha1:8ebe714eed61addb708b31bd4dbd60e30944afb8', 'sha1:4caecf2fd64f8f795bd5002834c09802b1ea82bc', '000003.sql');
create schema if not exists graphile_migrate;

    create table if not exists graphile_migrate.migrations (
      hash text primary key,
      previous_hash text references graphile_migrate.migrations,
      filename text not null,
      date timestamptz not null default now()
    );

    create table if not exists graphile_migrate.current (
      filename text primary key default 'current.sql',
      content text not null,
      date timestamptz not null default now()
    );
INSERT INTO users (email, note) VALUES ('ada@example.com', 'Zürich; \n'), ('bob@example.com', NULL);
ALTER TABLE users ADD COLUMN active boolean NOT NULL DEFAULT true;
insert into graphile_migrate.migrations(hash, previous_hash, filename) values ('sha1:a0f8af268ee4912e81f625864488af1cda182e2f', 'sha1:8ebe714eed61addb708b31bd4dbd60e30944afb8', '000004.sql');
create schema if not exists graphile_migrate;

    create table if not exists graphile_migrate.migrations (
      hash text primary key,
      previous_hash text references graphile_migrate.migrations,
      filename text not null,
      date timestamptz not null default now()
    );

    create table if not exists graphile_migrate.current (
      filename text primary key default 'current.sql',
      content text not null,
      date timestamptz not null default now()
    );
CREATE INDEX orders_user_id_idx ON orders (user_id) WHERE status = 'new';
insert into graphile_migrate.migrations(hash, previous_hash, filename) values ('sha1:251f28cf7d2099fe2915e8b8c0248bdc421dc24c', 'sha1:a0f8af268ee4912e81f625864488af1cda182e2f', '000005.sql');
