-- How many objects there are
SELECT (SELECT count(*) FROM pg_class WHERE oid >= 16384 AND relkind NOT IN ('t', 'i') AND relnamespace <> 'schemamig'::regnamespace)
	+ (SELECT count(*) FROM pg_index WHERE indexrelid >= 16384)
	+ (SELECT count(*) FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
		WHERE c.oid >= 16384 AND relkind IN ('r', 'p', 'f', 'c') AND attnum > 0 AND NOT attisdropped)
	+ (SELECT count(*) FROM pg_attrdef)
	+ (SELECT count(*) FROM pg_constraint WHERE oid >= 16384)
	+ (SELECT count(*) FROM pg_proc WHERE oid >= 16384)
	+ (SELECT count(*) FROM pg_type WHERE oid >= 16384 AND typtype <> 'c' AND typcategory <> 'A')
	+ (SELECT count(*) FROM pg_operator WHERE oid >= 16384)
	+ (SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal)
	+ (SELECT count(*) FROM pg_rewrite WHERE oid >= 16384)
	+ (SELECT count(*) FROM pg_policy);
