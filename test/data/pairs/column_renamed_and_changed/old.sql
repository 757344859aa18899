CREATE TABLE t (id int PRIMARY KEY, qty int, note varchar(10) DEFAULT 'none');
COMMENT ON COLUMN t.qty IS 'how many';
GRANT SELECT (qty) ON t TO app_reader;
