CREATE SCHEMA app;
CREATE DOMAIN app.pos AS int CONSTRAINT pos_check CHECK (VALUE > 0);
CREATE TABLE app.t (id int CONSTRAINT t_pkey PRIMARY KEY, a int CONSTRAINT t_a_key UNIQUE, b app.pos,
	r tstzrange, CONSTRAINT t_check CHECK (a > 0), CONSTRAINT t_excl EXCLUDE USING gist (r WITH &&));
CREATE INDEX t_b ON app.t (b);
CREATE INDEX t_two1 ON app.t (a, b);
CREATE INDEX t_two2 ON app.t (a, b);
CREATE TABLE app.child (c int) INHERITS (app.t);
CREATE TABLE app.u (t int CONSTRAINT u_t_fkey REFERENCES app.t, a int CONSTRAINT u_a_fkey REFERENCES app.t (a) DEFERRABLE);
COMMENT ON CONSTRAINT t_pkey ON app.t IS 'key';
COMMENT ON INDEX app.t_b IS 'b';
CREATE TABLE app.p (k int CONSTRAINT p_pkey PRIMARY KEY, v int) PARTITION BY RANGE (k);
CREATE TABLE app.p1 PARTITION OF app.p FOR VALUES FROM (0) TO (10);
CREATE INDEX p_v ON app.p (v);
CREATE TABLE app.x (a int CONSTRAINT one CHECK (a > 1) CONSTRAINT two CHECK (a > 2));
