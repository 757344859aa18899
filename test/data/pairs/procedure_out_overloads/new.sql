CREATE PROCEDURE p(IN a int, IN b int, IN c int) LANGUAGE plpgsql AS 'BEGIN NULL; END';
CREATE PROCEDURE p(OUT a int, IN b int, IN c int) LANGUAGE plpgsql AS 'BEGIN a := b; END';
CREATE PROCEDURE p(VARIADIC a int[]) LANGUAGE plpgsql AS 'BEGIN NULL; END';
CREATE PROCEDURE p() LANGUAGE plpgsql AS 'BEGIN NULL; END';
COMMENT ON PROCEDURE p(IN int, IN int, IN int) IS 'three in';
COMMENT ON PROCEDURE p(OUT int, IN int, IN int) IS 'one out';
REVOKE ALL ON PROCEDURE p(IN int, IN int, IN int) FROM PUBLIC;
GRANT ALL ON PROCEDURE p(OUT int, IN int, IN int) TO app_reader;
