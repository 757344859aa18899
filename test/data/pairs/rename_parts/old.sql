CREATE SCHEMA app;
CREATE TABLE app.t (a int, b int, CONSTRAINT one UNIQUE (a), CONSTRAINT two UNIQUE (b), CONSTRAINT chk CHECK (a>0));
CREATE INDEX i1 ON app.t (a,b);
CREATE INDEX i2 ON app.t (b,a);
CREATE POLICY p ON app.t USING (a=1);
CREATE RULE r AS ON insert TO app.t WHERE new.a = 5 DO INSTEAD NOTHING;
CREATE STATISTICS app.st on a, b FROM app.t;
CREATE AGGREGATE app.agg(int) (sfunc = int4pl, stype = int);
CREATE PROCEDURE app.pr(x int) LANGUAGE SQL AS 'select 1';
