CREATE TABLE t (a integer, b character varying(10), c decimal(10, 2), d timestamp without time zone DEFAULT CURRENT_TIMESTAMP, e int4[], f float, g text DEFAULT 'x'::text, CHECK (a BETWEEN 1 AND 5), UNIQUE (a), PRIMARY KEY (b));
CREATE INDEX ON t USING btree (c ASC NULLS LAST);
CREATE VIEW v AS SELECT * FROM t WHERE a IN (1, 2);
CREATE FUNCTION f(int) RETURNS int AS 'SELECT 1' LANGUAGE sql VOLATILE CALLED ON NULL INPUT SECURITY INVOKER;
