CREATE TABLE t (
	id bigint PRIMARY KEY,
	a int NOT NULL DEFAULT 1,
	b varchar(20),
	c text,
	d numeric(12,3),
	e timestamp DEFAULT now(),
	g boolean DEFAULT false NOT NULL,
	h int GENERATED ALWAYS AS (a * 2) STORED,
	i serial,
	CONSTRAINT t_a CHECK (a > 0 AND a < 1000),
	CONSTRAINT t_b UNIQUE (b, c)
);
CREATE INDEX t_d ON t (d) WHERE g;
COMMENT ON TABLE t IS 'many';
GRANT SELECT (id, b) ON t TO app_reader;
