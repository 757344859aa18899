CREATE SCHEMA app;
CREATE TABLE app.t (a int, b int, CONSTRAINT three UNIQUE (a), CONSTRAINT four UNIQUE (b), CONSTRAINT chk2 CHECK (a>0));
CREATE INDEX i3 ON app.t (a,b);
CREATE INDEX i4 ON app.t (b,a);
CREATE POLICY p2 ON app.t USING (a=1);
CREATE RULE r2 AS ON insert TO app.t WHERE new.a = 5 DO INSTEAD NOTHING;
CREATE STATISTICS app.st2 on a, b FROM app.t;
CREATE AGGREGATE app.agg2(int) (sfunc = int4pl, stype = int);
CREATE PROCEDURE app.pr2(x int) LANGUAGE SQL AS 'select 1';
