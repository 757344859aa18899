CREATE EXTENSION pgcrypto;
CREATE SCHEMA app;
CREATE SCHEMA audit;
CREATE TYPE app.plan AS ENUM ('free', 'pro');
CREATE TABLE app.tenant (
	id uuid DEFAULT gen_random_uuid() PRIMARY KEY,
	name text NOT NULL,
	plan app.plan DEFAULT 'free' NOT NULL,
	settings json DEFAULT '{}'
);
CREATE TABLE app.member (
	id uuid DEFAULT gen_random_uuid() PRIMARY KEY,
	tenant_id uuid NOT NULL REFERENCES app.tenant,
	email text NOT NULL,
	is_admin boolean DEFAULT false NOT NULL,
	UNIQUE (tenant_id, email)
);
CREATE TABLE app.project (
	id uuid DEFAULT gen_random_uuid() PRIMARY KEY,
	tenant_id uuid NOT NULL REFERENCES app.tenant,
	owner_id uuid REFERENCES app.member,
	name text NOT NULL
);
CREATE TABLE app.event (
	id bigint GENERATED ALWAYS AS IDENTITY,
	tenant_id uuid NOT NULL,
	at timestamptz NOT NULL,
	payload jsonb
) PARTITION BY RANGE (at);
CREATE TABLE app.event_2024 PARTITION OF app.event FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE INDEX event_tenant ON app.event (tenant_id);
CREATE TABLE audit.log (id bigserial PRIMARY KEY, at timestamptz DEFAULT now(), who name DEFAULT current_user, what text, row_data jsonb);
CREATE FUNCTION app.current_tenant() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('app.tenant', true), '')::uuid $$;
CREATE FUNCTION audit.record() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = audit, pg_temp AS $$
BEGIN
	INSERT INTO audit.log (what, row_data) VALUES (TG_OP, to_jsonb(NEW));
	RETURN NEW;
END $$;
CREATE TRIGGER project_audit AFTER INSERT OR UPDATE ON app.project FOR EACH ROW EXECUTE FUNCTION audit.record();
ALTER TABLE app.member ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.project ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_member ON app.member USING (tenant_id = app.current_tenant());
CREATE POLICY tenant_project ON app.project USING (tenant_id = app.current_tenant());
CREATE VIEW app.project_list WITH (security_barrier = true) AS SELECT p.id, p.name, m.email FROM app.project p LEFT JOIN app.member m ON m.id = p.owner_id;
GRANT USAGE ON SCHEMA app TO app_reader, app_writer;
GRANT SELECT ON ALL TABLES IN SCHEMA app TO app_reader;
GRANT SELECT, INSERT, UPDATE, DELETE ON app.member, app.project, app.event TO app_writer;
REVOKE ALL ON FUNCTION audit.record() FROM PUBLIC;
COMMENT ON SCHEMA audit IS 'who did what';
