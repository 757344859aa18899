-- Rows for every table that can take any: as many as three, with the values 1,
-- 2 and 3 wherever the type allows, so that foreign keys mostly find theirs.
-- Where that fails the table stays empty.
SET session_replication_role = origin;
SET search_path = '';
DO $rows$
DECLARE
	rel record;
	seq regclass;
	filled boolean;
	columns text;
	literals text;
BEGIN
	-- a second time for those whose foreign keys had found nothing yet
	FOR pass IN 1..2 LOOP
		FOR rel IN
			SELECT c.oid, c.oid::regclass AS name FROM pg_catalog.pg_class c
			WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.oid >= 16384
				AND c.relnamespace NOT IN (SELECT oid FROM pg_catalog.pg_namespace
					WHERE nspname = 'schemamig' OR nspname LIKE 'pg\_%')
			ORDER BY c.oid
		LOOP
			EXECUTE pg_catalog.format('SELECT EXISTS (SELECT FROM %s)', rel.name) INTO filled;
			CONTINUE WHEN filled;
			FOR i IN 1..3 LOOP
				SELECT pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' ORDER BY a.attnum),
					pg_catalog.string_agg(coalesce(pg_catalog.quote_literal(v.literal), 'NULL'), ', ' ORDER BY a.attnum)
				INTO columns, literals
				FROM pg_catalog.pg_attribute a
				JOIN pg_catalog.pg_type declared ON declared.oid = a.atttypid
				JOIN pg_catalog.pg_type t ON t.oid = CASE declared.typtype WHEN 'd' THEN declared.typbasetype ELSE declared.oid END,
				LATERAL (SELECT CASE
					WHEN t.typtype = 'e' THEN (SELECT enumlabel FROM pg_catalog.pg_enum
						WHERE enumtypid = t.oid ORDER BY enumsortorder LIMIT 1)
					WHEN t.typcategory = 'A' THEN '{}'
					WHEN t.typcategory IN ('N', 'S', 'I') AND t.typtype = 'b' AND t.typname <> 'inet' THEN i::text
					WHEN t.typcategory = 'B' THEN (i > 1)::text
					WHEN t.typname IN ('date', 'timestamp', 'timestamptz') THEN '2024-01-0' || i
					WHEN t.typname IN ('json', 'jsonb') THEN pg_catalog.format('{"a": %s}', i)
					WHEN t.typname = 'uuid' THEN pg_catalog.md5(i::text)
					WHEN t.typtype = 'r' THEN 'empty'
					END AS literal) v
				WHERE a.attrelid = rel.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '';
				BEGIN
					EXECUTE pg_catalog.format('INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE VALUES (%s)', rel.name, columns, literals);
					SET CONSTRAINTS ALL IMMEDIATE;
				EXCEPTION WHEN OTHERS THEN
					NULL;
				END;
			END LOOP;
		END LOOP;
	END LOOP;
	FOR seq IN
		SELECT c.oid FROM pg_catalog.pg_class c
		WHERE c.relkind = 'S' AND c.oid >= 16384
			AND c.relnamespace NOT IN (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = 'schemamig')
	LOOP
		BEGIN
			PERFORM pg_catalog.setval(seq, 42);
		EXCEPTION WHEN OTHERS THEN
			NULL;
		END;
	END LOOP;
END $rows$;
