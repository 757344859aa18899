-- What must not change where nothing asks for it: one line each, with the kind
-- of fact, the name, and the fact.
SET search_path = '';
\pset format unaligned
\pset tuples_only on
\pset fieldsep '\t'
SELECT oid, nspname, CASE nspname WHEN 'public' THEN '' ELSE nspname || '.' END AS dot INTO TEMP TABLE spaces
FROM pg_catalog.pg_namespace WHERE nspname NOT IN ('schemamig', 'information_schema') AND nspname NOT LIKE 'pg\_%';
SELECT * FROM (
	SELECT 'relation ' || c.relkind::text, s.dot || c.relname, c.oid::text,
		CASE WHEN c.relkind IN ('r', 'm', 'i') THEN c.relfilenode::text END,
		pg_catalog.pg_get_indexdef(i.indexrelid), i.indrelid::text
	FROM pg_catalog.pg_class c JOIN pg_temp.spaces s ON s.oid = c.relnamespace
	LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
	WHERE c.relkind <> 't'
UNION ALL
	SELECT 'column', s.dot || c.relname || '.' || a.attname, a.attnum::text, NULL, NULL, NULL
	FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_temp.spaces s ON s.oid = c.relnamespace
	WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'f')
UNION ALL
	SELECT 'function', s.dot || p.proname, p.oid::text, pg_catalog.pg_get_function_identity_arguments(p.oid), NULL, NULL
	FROM pg_catalog.pg_proc p JOIN pg_temp.spaces s ON s.oid = p.pronamespace
	WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
UNION ALL
	SELECT 'type', s.dot || t.typname, t.oid::text, t.typtype::text, NULL, NULL
	FROM pg_catalog.pg_type t JOIN pg_temp.spaces s ON s.oid = t.typnamespace
	LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
	WHERE t.typtype IN ('e', 'd') OR c.relkind = 'c'
) AS facts ORDER BY 1, 2, 3;
SELECT pg_catalog.format('SELECT %L, %L, last_value, is_called FROM %I.%I', 'sequence', s.dot || c.relname, s.nspname, c.relname)
FROM pg_catalog.pg_class c JOIN pg_temp.spaces s ON s.oid = c.relnamespace WHERE c.relkind = 'S'
ORDER BY 1 \gexec
SELECT pg_catalog.format('SELECT %L, %L, pg_catalog.count(*) FROM ONLY %I.%I', 'rows', s.dot || c.relname, s.nspname, c.relname)
FROM pg_catalog.pg_class c JOIN pg_temp.spaces s ON s.oid = c.relnamespace WHERE c.relkind = 'r'
ORDER BY 1 \gexec
SELECT pg_catalog.format('SELECT %L, %L, pg_catalog.replace(pg_catalog.string_agg(%I::text, '', '' ORDER BY %I::text COLLATE "C"), E''\\n'', '' '') FROM ONLY %I.%I HAVING pg_catalog.count(*) > 0',
	'values', s.dot || c.relname || '.' || a.attname, a.attname, a.attname, s.nspname, c.relname)
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_temp.spaces s ON s.oid = c.relnamespace
WHERE c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
ORDER BY 1 \gexec
DROP TABLE pg_temp.spaces;
RESET search_path;
