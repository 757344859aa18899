CREATE SCHEMA app;
CREATE DOMAIN app.pos AS int CONSTRAINT ck_pos CHECK (VALUE > 0);
CREATE TABLE app.t (id int CONSTRAINT pk_t PRIMARY KEY, a int CONSTRAINT uq_t_a UNIQUE, b app.pos,
	r tstzrange, CONSTRAINT ck_t_a CHECK (a > 0), CONSTRAINT ex_t_r EXCLUDE USING gist (r WITH &&));
CREATE INDEX ix_t_b ON app.t (b);
CREATE INDEX ix_two1 ON app.t (a, b);
CREATE INDEX ix_two2 ON app.t (a, b);
CREATE TABLE app.child (c int) INHERITS (app.t);
CREATE TABLE app.u (t int CONSTRAINT fk_u_t REFERENCES app.t, a int CONSTRAINT fk_u_a REFERENCES app.t (a) DEFERRABLE);
COMMENT ON CONSTRAINT pk_t ON app.t IS 'the key';
COMMENT ON INDEX app.ix_t_b IS 'b';
CREATE TABLE app.p (k int CONSTRAINT pk_p PRIMARY KEY, v int) PARTITION BY RANGE (k);
CREATE TABLE app.p1 PARTITION OF app.p FOR VALUES FROM (0) TO (10);
CREATE INDEX ix_p_v ON app.p (v);
CREATE TABLE app.x (a int CONSTRAINT two CHECK (a > 1) CONSTRAINT one CHECK (a > 2));
