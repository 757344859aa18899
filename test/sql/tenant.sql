-- Tenants: schemas with an applied set of their own
SET client_min_messages = warning;

CREATE SCHEMA acme;
CREATE SCHEMA "Odd Name";
SELECT schemamig.revision('a table', 'CREATE TABLE things (a int); INSERT INTO things VALUES (1)', 'DROP TABLE things', 'SELECT count(*) = 1 FROM things', rev_id => 't1');
SELECT schemamig.revision('a column', 'ALTER TABLE things ADD b text DEFAULT current_schema()', 'ALTER TABLE things DROP b', rev_id => 't2');

SELECT revision FROM schemamig.upgrade(tenant => 'acme');
SELECT revision FROM schemamig.upgrade('t1', tenant => 'Odd Name');
SELECT * FROM acme.things;
SELECT * FROM "Odd Name".things;
SELECT to_regclass('public.things') IS NULL AS not_in_public;
SELECT tenant, current, applied, pending, last_applied_at IS NOT NULL AS dated, schema_exists FROM schemamig.tenants ORDER BY tenant;
SELECT tenant, revision FROM schemamig.version ORDER BY tenant, revision;
SELECT revision FROM schemamig.current();
SELECT revision FROM schemamig.current('acme');
SELECT revision FROM schemamig.pending(tenant => 'Odd Name');
SELECT step, revision FROM schemamig.plan('base', 'downgrade', 'acme');
SELECT revision, flags FROM schemamig.history(tenant => 'Odd Name');
SELECT line FROM schemamig.graph(tenant => 'Odd Name') AS line;
SELECT revision, applied_by = current_user AS by_me FROM schemamig.show('t2', tenant => 'acme');
-- search_path is the caller's again
SHOW search_path;

-- the database itself is a tenant of its own
SELECT revision FROM schemamig.upgrade();
SELECT * FROM public.things;
SELECT revision FROM schemamig.downgrade('base', tenant => 'acme');
SELECT tenant, revision FROM schemamig.version ORDER BY tenant, revision;
SELECT schemamig.stamp('t2', tenant => 'acme');
SELECT schemamig.stamp('base', tenant => 'acme');

-- a revision that one of them has is in use
SELECT schemamig.edit('t2', message => 'x');
\echo :SQLSTATE
SELECT revision FROM schemamig.downgrade('t1');
SELECT revision FROM schemamig.upgrade('t2', tenant => 'acme');
SELECT schemamig.drop_revision('t2');
\echo :SQLSTATE

-- no schema, no right
SELECT revision FROM schemamig.upgrade(tenant => 'nowhere');
\echo :SQLSTATE
SELECT revision FROM schemamig.current('nowhere');
CREATE ROLE regress_schemamig_tenant;
GRANT USAGE ON SCHEMA schemamig TO regress_schemamig_tenant;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA schemamig TO regress_schemamig_tenant;
SET ROLE regress_schemamig_tenant;
SELECT revision FROM schemamig.upgrade(tenant => 'Odd Name');
\echo :SQLSTATE
RESET ROLE;

-- a tenant whose schema is gone stays on record
DROP SCHEMA acme CASCADE;
SELECT tenant, current, schema_exists FROM schemamig.tenants ORDER BY tenant;
SELECT problem, tenant FROM schemamig.validate();
SELECT revision FROM schemamig.current('acme');

-- until it is told what became of it
SELECT schemamig.drop_tenant('Odd Name');
\echo :SQLSTATE
SELECT schemamig.rename_tenant('Odd Name', 'acme');
\echo :SQLSTATE
SELECT schemamig.rename_tenant('nobody', 'Odd Name');
\echo :SQLSTATE
SELECT schemamig.rename_tenant('acme', 'Odd Name');
\echo :SQLSTATE
ALTER SCHEMA "Odd Name" RENAME TO even;
SELECT problem, tenant, hint FROM schemamig.validate() ORDER BY tenant;
SELECT schemamig.rename_tenant('Odd Name', 'even');
SELECT schemamig.drop_tenant('acme');
SELECT schemamig.drop_tenant('acme');
\echo :SQLSTATE
SELECT tenant, current, schema_exists FROM schemamig.tenants ORDER BY tenant;
SELECT problem, tenant FROM schemamig.validate();
SELECT r.command, r.tenant, r.target, count(s.step) AS steps FROM schemamig.run r LEFT JOIN schemamig.run_step s USING (run)
WHERE command LIKE '%tenant' GROUP BY r.run ORDER BY r.run;
SELECT revision FROM schemamig.upgrade('t2', tenant => 'even');
SELECT revision FROM schemamig.downgrade('base', tenant => 'even');
SELECT schemamig.drop_tenant('even');
-- a name that search_path reads as another one
CREATE SCHEMA "$user";
SELECT revision FROM schemamig.upgrade(tenant => '$user');
\echo :SQLSTATE
DROP SCHEMA "$user";

DROP SCHEMA even CASCADE;
DROP TABLE public.things;
DROP EXTENSION schemamig;
DROP ROLE regress_schemamig_tenant;
CREATE EXTENSION schemamig;
