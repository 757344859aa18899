-- Statements that drop all that there is but schemamig, in an order that :seed
-- decides.
SET search_path = pg_catalog;
WITH mine AS (
	SELECT oid FROM pg_namespace n
	WHERE nspname NOT LIKE 'pg\_%' AND nspname NOT IN ('information_schema', 'schemamig')
), member AS (
	SELECT classid, objid FROM pg_depend WHERE deptype = 'e'
), statement (sql) AS (
	SELECT format('DROP %s %s CASCADE', CASE relkind WHEN 'r' THEN 'TABLE' WHEN 'p' THEN 'TABLE' WHEN 'v' THEN 'VIEW'
			WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' WHEN 'f' THEN 'FOREIGN TABLE' WHEN 'c' THEN 'TYPE'
			ELSE 'INDEX' END, oid::regclass)
	FROM pg_class WHERE relnamespace IN (TABLE mine)
	UNION ALL
	SELECT format('ALTER TABLE %s DROP COLUMN %I CASCADE', attrelid::regclass, attname)
	FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid
	WHERE relnamespace IN (TABLE mine) AND relkind IN ('r', 'p', 'f') AND attnum > 0 AND NOT attisdropped
		-- the server refuses rules with RETURNING where a column has been dropped
		AND NOT EXISTS (SELECT FROM pg_rewrite WHERE ev_class = attrelid AND pg_get_ruledef(oid) ~ 'RETURNING')
		-- with what it computes from them, a child would lose columns that other parents have
		AND NOT EXISTS (SELECT FROM pg_inherits JOIN pg_attribute g ON g.attrelid = inhrelid
			WHERE inhparent = a.attrelid AND g.attgenerated <> '')
	UNION ALL
	SELECT format('ALTER TABLE %s ALTER COLUMN %I DROP DEFAULT', adrelid::regclass, attname)
	FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum JOIN pg_class c ON c.oid = adrelid
	WHERE relnamespace IN (TABLE mine) AND relkind IN ('r', 'p', 'f')
	UNION ALL
	SELECT format('ALTER TABLE %s DROP CONSTRAINT %I CASCADE', conrelid::regclass, conname)
	FROM pg_constraint WHERE connamespace IN (TABLE mine) AND conrelid <> 0
	UNION ALL
	SELECT format('ALTER DOMAIN %s DROP CONSTRAINT %I', contypid::regtype, conname)
	FROM pg_constraint WHERE connamespace IN (TABLE mine) AND contypid <> 0
	UNION ALL
	SELECT format('DROP %s %s CASCADE', CASE prokind WHEN 'a' THEN 'AGGREGATE' WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END,
			CASE WHEN prokind = 'a' THEN (pg_identify_object('pg_proc'::regclass, oid, 0)).identity ELSE oid::regprocedure::text END)
	FROM pg_proc WHERE pronamespace IN (TABLE mine)
	UNION ALL
	SELECT format('DROP TYPE %s CASCADE', oid::regtype)
	FROM pg_type WHERE typnamespace IN (TABLE mine) AND typtype <> 'c' AND typcategory <> 'A'
	UNION ALL
	SELECT format('DROP %s %s CASCADE', upper(o.type), o.identity)
	FROM (
		SELECT 'pg_operator'::regclass AS class, oid FROM pg_operator WHERE oprnamespace IN (TABLE mine)
		UNION ALL SELECT 'pg_opclass'::regclass, oid FROM pg_opclass WHERE opcnamespace IN (TABLE mine)
		UNION ALL SELECT 'pg_opfamily'::regclass, oid FROM pg_opfamily WHERE opfnamespace IN (TABLE mine)
		UNION ALL SELECT 'pg_collation'::regclass, oid FROM pg_collation WHERE collnamespace IN (TABLE mine)
		UNION ALL SELECT 'pg_conversion'::regclass, oid FROM pg_conversion WHERE connamespace IN (TABLE mine)
		UNION ALL SELECT 'pg_statistic_ext'::regclass, oid FROM pg_statistic_ext WHERE stxnamespace IN (TABLE mine)
		UNION ALL SELECT 'pg_ts_config'::regclass, oid FROM pg_ts_config WHERE cfgnamespace IN (TABLE mine)
		UNION ALL SELECT 'pg_ts_dict'::regclass, oid FROM pg_ts_dict WHERE dictnamespace IN (TABLE mine)
		UNION ALL SELECT 'pg_ts_parser'::regclass, oid FROM pg_ts_parser WHERE prsnamespace IN (TABLE mine)
		UNION ALL SELECT 'pg_ts_template'::regclass, oid FROM pg_ts_template WHERE tmplnamespace IN (TABLE mine)
		UNION ALL SELECT 'pg_trigger'::regclass, oid FROM pg_trigger WHERE NOT tgisinternal
		UNION ALL SELECT 'pg_rewrite'::regclass, oid FROM pg_rewrite WHERE rulename <> '_RETURN'
		UNION ALL SELECT 'pg_policy'::regclass, oid FROM pg_policy
		UNION ALL SELECT 'pg_cast'::regclass, oid FROM pg_cast
		UNION ALL SELECT 'pg_transform'::regclass, oid FROM pg_transform
		UNION ALL SELECT 'pg_am'::regclass, oid FROM pg_am
		UNION ALL SELECT 'pg_language'::regclass, oid FROM pg_language
		UNION ALL SELECT 'pg_foreign_data_wrapper'::regclass, oid FROM pg_foreign_data_wrapper
		UNION ALL SELECT 'pg_foreign_server'::regclass, oid FROM pg_foreign_server
		UNION ALL SELECT 'pg_publication'::regclass, oid FROM pg_publication
		UNION ALL SELECT 'pg_subscription'::regclass, oid FROM pg_subscription
		UNION ALL SELECT 'pg_event_trigger'::regclass, oid FROM pg_event_trigger
		UNION ALL SELECT 'pg_namespace'::regclass, oid FROM pg_namespace WHERE oid IN (TABLE mine) AND nspname <> 'public'
	) x (class, oid), pg_identify_object(class, oid, 0) o
	WHERE oid >= 16384 AND NOT EXISTS (SELECT FROM member WHERE classid = class AND objid = oid)
)
SELECT sql || ';' FROM (SELECT DISTINCT sql FROM statement) s ORDER BY md5(:'seed' || sql);
