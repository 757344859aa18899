CREATE COLLATION a (locale = 'POSIX');
CREATE COLLATION b (lc_collate = 'POSIX', lc_ctype = 'C');
ALTER COLLATION b OWNER TO app_owner;
COMMENT ON COLLATION a IS 'other';
