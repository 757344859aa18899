CREATE TABLE t (a int);
CREATE FOREIGN DATA WRAPPER w OPTIONS ("odd name" 'it''s');
COMMENT ON FOREIGN DATA WRAPPER w IS 'no wrapper at all';
GRANT USAGE ON FOREIGN DATA WRAPPER w TO app_owner;
CREATE SERVER "Odd ""Server" TYPE 'it''s' VERSION '1.0' FOREIGN DATA WRAPPER w OPTIONS (host 'localhost', dbname 'o''ther');
COMMENT ON SERVER "Odd ""Server" IS 'somewhere else';
ALTER SERVER "Odd ""Server" OWNER TO app_owner;
GRANT USAGE ON FOREIGN SERVER "Odd ""Server" TO app_reader WITH GRANT OPTION;
CREATE USER MAPPING FOR PUBLIC SERVER "Odd ""Server";
CREATE USER MAPPING FOR app_reader SERVER "Odd ""Server" OPTIONS ("user" 'some body');
CREATE USER MAPPING FOR CURRENT_USER SERVER "Odd ""Server" OPTIONS ("user" 'back\slash');
CREATE FOREIGN TABLE ft (
	a int NOT NULL DEFAULT 1,
	b text OPTIONS ("column name" 'B', x 'y') COLLATE "C",
	c int GENERATED ALWAYS AS (a * 2) STORED,
	CONSTRAINT positive CHECK (a > 0) NO INHERIT
) SERVER "Odd ""Server" OPTIONS (table_name 'remote', "odd name" 'it''s
two lines');
COMMENT ON FOREIGN TABLE ft IS 'rows are elsewhere';
COMMENT ON COLUMN ft.b IS 'a column';
GRANT SELECT ON ft TO app_reader;
GRANT UPDATE (b) ON ft TO app_writer;
ALTER FOREIGN TABLE ft OWNER TO app_owner;
ALTER FOREIGN TABLE ft ALTER b SET STATISTICS 7;
ALTER FOREIGN TABLE ft ALTER b SET (n_distinct = 5);
