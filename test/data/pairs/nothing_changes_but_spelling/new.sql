CREATE TABLE t (a int4, b varchar(10), c numeric(10,2), d timestamp DEFAULT CURRENT_TIMESTAMP, e integer ARRAY, f double precision, g text DEFAULT 'x');
ALTER TABLE t ADD PRIMARY KEY (b);
ALTER TABLE t ADD CONSTRAINT t_a_key UNIQUE (a), ADD CONSTRAINT t_a_check CHECK (a >= 1 AND a <= 5);
CREATE INDEX t_c_idx ON t (c);
CREATE OR REPLACE VIEW v AS SELECT t.a, b, c, d, e, f, g FROM public.t WHERE a = ANY (ARRAY[1, 2]);
CREATE FUNCTION f(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
