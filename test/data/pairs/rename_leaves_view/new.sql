CREATE TABLE work_items (id int PRIMARY KEY, a int, b text);
CREATE INDEX issues_a ON work_items (a);
CREATE VIEW issues AS SELECT id, b FROM work_items;
CREATE VIEW w AS SELECT a, b FROM work_items;
CREATE FUNCTION f(work_items) RETURNS int LANGUAGE sql AS 'SELECT 1';
