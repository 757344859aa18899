CREATE TABLE t (id int PRIMARY KEY, quantity bigint NOT NULL DEFAULT 1, remark varchar(30));
COMMENT ON COLUMN t.quantity IS 'the number';
GRANT SELECT (quantity) ON t TO app_reader;
