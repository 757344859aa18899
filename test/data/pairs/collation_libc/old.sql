CREATE COLLATION a (locale = 'C');
CREATE COLLATION b (lc_collate = 'C', lc_ctype = 'POSIX');
COMMENT ON COLLATION a IS 'one';
