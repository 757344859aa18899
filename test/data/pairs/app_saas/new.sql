CREATE EXTENSION pgcrypto;
CREATE EXTENSION citext;
CREATE SCHEMA app;
CREATE SCHEMA audit;
CREATE TYPE app.plan AS ENUM ('free', 'team', 'pro', 'enterprise');
CREATE TYPE app.member_role AS ENUM ('viewer', 'editor', 'admin');
CREATE TABLE app.tenant (
	id uuid DEFAULT gen_random_uuid() PRIMARY KEY,
	name text NOT NULL CONSTRAINT tenant_name_set CHECK (name <> ''),
	plan app.plan DEFAULT 'free' NOT NULL,
	settings jsonb DEFAULT '{}' NOT NULL,
	created_at timestamptz DEFAULT now() NOT NULL
);
CREATE TABLE app.member (
	id uuid DEFAULT gen_random_uuid() PRIMARY KEY,
	tenant_id uuid NOT NULL REFERENCES app.tenant ON DELETE CASCADE,
	email public.citext NOT NULL,
	role app.member_role DEFAULT 'viewer' NOT NULL,
	UNIQUE (tenant_id, email),
	UNIQUE (tenant_id, id)
);
CREATE TABLE app.project (
	id uuid DEFAULT gen_random_uuid() PRIMARY KEY,
	tenant_id uuid NOT NULL REFERENCES app.tenant ON DELETE CASCADE,
	owner_id uuid,
	name text NOT NULL,
	archived_at timestamptz,
	CONSTRAINT project_owner FOREIGN KEY (tenant_id, owner_id) REFERENCES app.member (tenant_id, id) ON DELETE SET NULL (owner_id)
);
CREATE INDEX project_active ON app.project (tenant_id, name) WHERE archived_at IS NULL;
CREATE TABLE app.event (
	id bigint GENERATED ALWAYS AS IDENTITY,
	tenant_id uuid NOT NULL REFERENCES app.tenant ON DELETE CASCADE,
	at timestamptz NOT NULL,
	kind text DEFAULT 'generic' NOT NULL,
	payload jsonb,
	PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE TABLE app.event_2024 PARTITION OF app.event FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE app.event_2025 PARTITION OF app.event FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE INDEX event_tenant ON app.event (tenant_id, at);
CREATE TABLE audit.log (id bigserial PRIMARY KEY, at timestamptz DEFAULT now() NOT NULL, who name DEFAULT session_user, what text, row_data jsonb, old_data jsonb);
CREATE INDEX log_at ON audit.log USING brin (at);
CREATE FUNCTION app.current_tenant() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT nullif(current_setting('app.tenant', true), '')::uuid $$;
CREATE FUNCTION app.is_admin(m uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$ SELECT role = 'admin' FROM app.member WHERE id = m $$;
CREATE FUNCTION audit.record() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = audit, pg_temp AS $$
BEGIN
	INSERT INTO audit.log (what, row_data, old_data) VALUES (TG_OP, to_jsonb(NEW), CASE WHEN TG_OP = 'UPDATE' THEN to_jsonb(OLD) END);
	RETURN NEW;
END $$;
CREATE TRIGGER project_audit AFTER INSERT OR UPDATE ON app.project FOR EACH ROW EXECUTE FUNCTION audit.record();
CREATE TRIGGER member_audit AFTER INSERT OR UPDATE OF role ON app.member FOR EACH ROW EXECUTE FUNCTION audit.record();
ALTER TABLE app.tenant ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.member ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.project ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_self ON app.tenant FOR SELECT USING (id = app.current_tenant());
CREATE POLICY tenant_member ON app.member USING (tenant_id = app.current_tenant());
CREATE POLICY tenant_project ON app.project USING (tenant_id = app.current_tenant()) WITH CHECK (archived_at IS NULL);
CREATE POLICY not_archived ON app.project AS RESTRICTIVE FOR UPDATE TO app_writer USING (archived_at IS NULL);
CREATE VIEW app.project_list WITH (security_barrier = true, security_invoker = true) AS SELECT p.id, p.name, m.email, p.archived_at FROM app.project p LEFT JOIN app.member m ON m.id = p.owner_id;
CREATE MATERIALIZED VIEW app.usage AS SELECT tenant_id, count(*) AS events FROM app.event GROUP BY tenant_id WITH NO DATA;
CREATE UNIQUE INDEX usage_tenant ON app.usage (tenant_id);
GRANT USAGE ON SCHEMA app TO app_reader, app_writer;
GRANT SELECT ON ALL TABLES IN SCHEMA app TO app_reader;
GRANT SELECT, INSERT, DELETE ON app.member, app.project, app.event TO app_writer;
GRANT UPDATE (role) ON app.member TO app_writer;
GRANT UPDATE (name, archived_at) ON app.project TO app_writer;
REVOKE ALL ON FUNCTION audit.record() FROM PUBLIC;
REVOKE ALL ON FUNCTION app.is_admin(uuid) FROM PUBLIC;
COMMENT ON SCHEMA audit IS 'who did what, and when';
COMMENT ON POLICY not_archived ON app.project IS 'archived projects are read-only';
