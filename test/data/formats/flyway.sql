CREATE TABLE "public"."flyway_schema_history" (
    "installed_rank" INT NOT NULL,
    "version" VARCHAR(50),
    "description" VARCHAR(200) NOT NULL,
    "type" VARCHAR(20) NOT NULL,
    "script" VARCHAR(1000) NOT NULL,
    "checksum" INTEGER,
    "installed_by" VARCHAR(100) NOT NULL,
    "installed_on" TIMESTAMP NOT NULL DEFAULT now(),
    "execution_time" INTEGER NOT NULL,
    "success" BOOLEAN NOT NULL
);
ALTER TABLE "public"."flyway_schema_history" ADD CONSTRAINT "flyway_schema_history_pk" PRIMARY KEY ("installed_rank");
CREATE INDEX "flyway_schema_history_s_idx" ON "public"."flyway_schema_history" ("success");
CREATE TABLE users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email text NOT NULL UNIQUE,
    note text DEFAULT 'a;b -- c'
);
COMMENT ON TABLE users IS 'it''s; who logs in';
INSERT INTO "public"."flyway_schema_history" ("installed_rank", "version", "description", "type", "script", "checksum", "installed_by", "execution_time", "success") VALUES ('1', '1', 'users', 'SQL', 'V1__users.sql', '2065830807', 'postgres', '14', 't');
CREATE TYPE order_status AS ENUM ('new', 'paid; sent');
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $touch$
BEGIN
    -- not a statement; of the script
    NEW.changed_at := now();
    RETURN NEW;
END;
$touch$;
INSERT INTO "public"."flyway_schema_history" ("installed_rank", "version", "description", "type", "script", "checksum", "installed_by", "execution_time", "success") VALUES ('2', '1.1', 'status and touch', 'SQL', 'V1_1__status_and_touch.sql', '-1283723023', 'postgres', '3', 't');
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
INSERT INTO "public"."flyway_schema_history" ("installed_rank", "version", "description", "type", "script", "checksum", "installed_by", "execution_time", "success") VALUES ('3', '2', 'orders', 'SQL', 'V2__orders.sql', '-378280901', 'postgres', '5', 't');
INSERT INTO users (email, note) VALUES ('ada@example.com', 'Zürich; \n'), ('bob@example.com', NULL);
ALTER TABLE users ADD COLUMN active boolean NOT NULL DEFAULT true;
INSERT INTO "public"."flyway_schema_history" ("installed_rank", "version", "description", "type", "script", "checksum", "installed_by", "execution_time", "success") VALUES ('4', '2.10', 'first users', 'SQL', 'V2.10__first_users.sql', '834415221', 'postgres', '2', 't');
CREATE INDEX CONCURRENTLY orders_user_id_idx ON orders (user_id) WHERE status = 'new';
INSERT INTO "public"."flyway_schema_history" ("installed_rank", "version", "description", "type", "script", "checksum", "installed_by", "execution_time", "success") VALUES ('5', '2.11', 'orders index', 'SQL', 'V2.11__orders_index.sql', '557708918', 'postgres', '8', 't');
-- x in a comment
CREATE TABLE words (word text DEFAULT 'hello');
INSERT INTO "public"."flyway_schema_history" ("installed_rank", "version", "description", "type", "script", "checksum", "installed_by", "execution_time", "success") VALUES ('6', '3', 'words', 'SQL', 'V3__words.sql', '2103970666', 'postgres', '19', 't');
CREATE OR REPLACE VIEW user_emails AS SELECT email FROM users;
INSERT INTO "public"."flyway_schema_history" ("installed_rank", "version", "description", "type", "script", "checksum", "installed_by", "execution_time", "success") VALUES ('7', NULL, 'user emails', 'SQL', 'R__user_emails.sql', '56619078', 'postgres', '7', 't');
