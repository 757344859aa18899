-- Installing, dropping and installing again
SET client_min_messages = warning;

-- what sessions remember of the extension survives that it goes and comes
SELECT schemamig.revision('first', rev_id => 'i1', downgrade => '');
SELECT revision FROM schemamig.upgrade();
DROP EXTENSION schemamig;
SELECT schemamig.revision('no function', rev_id => 'i1');
\echo :SQLSTATE
SELECT to_regnamespace('schemamig') IS NULL AS gone;
CREATE EXTENSION schemamig;
SELECT schemamig.revision('second', rev_id => 'i2', downgrade => '');
SELECT revision FROM schemamig.upgrade();
SELECT revision FROM schemamig.downgrade('base');

-- a schema that somebody has made is not adopted
DROP EXTENSION schemamig;
CREATE SCHEMA schemamig;
\set SHOW_CONTEXT never
CREATE EXTENSION schemamig;
\echo :SQLSTATE
DROP SCHEMA schemamig;
-- no other schema will do
CREATE EXTENSION schemamig SCHEMA public;
\echo :SQLSTATE
CREATE EXTENSION schemamig;
ALTER EXTENSION schemamig SET SCHEMA public;
\echo :SQLSTATE

-- every object says what it is
SELECT d.type, d.identity FROM pg_depend p
CROSS JOIN LATERAL pg_identify_object(p.classid, p.objid, p.objsubid) d
WHERE p.refclassid = 'pg_extension'::regclass AND p.deptype = 'e'
AND p.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'schemamig')
AND d.type NOT IN ('type', 'sequence', 'composite type')
AND obj_description(p.objid, p.classid::regclass::name) IS NULL
ORDER BY 1, 2;
SELECT attrelid::regclass, attname FROM pg_attribute
WHERE attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'schemamig'::regnamespace AND relkind IN ('r', 'v'))
AND attnum > 0 AND NOT attisdropped AND col_description(attrelid, attnum) IS NULL;

-- all tables and sequences are dumped with their rows
SELECT relname, relkind FROM pg_class
WHERE relnamespace = 'schemamig'::regnamespace AND relkind IN ('r', 'S')
AND oid <> ALL (SELECT unnest(extconfig) FROM pg_extension WHERE extname = 'schemamig');

-- the settings, and who may set them
SELECT name, setting, unit, context FROM pg_settings WHERE name LIKE 'schemamig.%' ORDER BY name COLLATE "C";
SET schemamig.nonsense = 1;
\echo :SQLSTATE
SET schemamig.trusted_authors = 'a,,b';
\echo :SQLSTATE

-- what changes something is volatile and not for parallel workers
SELECT proname FROM pg_proc WHERE pronamespace = 'schemamig'::regnamespace
AND (provolatile = 'v') <> (proparallel = 'u') AND proname <> 'session_activity';
