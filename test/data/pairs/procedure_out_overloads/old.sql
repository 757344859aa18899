CREATE PROCEDURE p(IN a int, IN b int, IN c int) LANGUAGE plpgsql AS 'BEGIN NULL; END';
