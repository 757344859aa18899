CREATE TABLE base (id int, a int);
CREATE VIEW x AS SELECT id FROM base;
CREATE VIEW on_x AS SELECT id FROM x;
GRANT SELECT ON x TO app_reader;
