CREATE TABLE issues (id int PRIMARY KEY, a int, b text);
CREATE INDEX issues_a ON issues (a);
CREATE VIEW w AS SELECT a, b FROM issues;
CREATE FUNCTION f(issues) RETURNS int LANGUAGE sql AS 'SELECT 1';
