CREATE TABLE t (
	id int PRIMARY KEY,
	a int,
	b varchar(10) DEFAULT 'x',
	c text NOT NULL,
	d numeric,
	e date,
	f int DEFAULT 5,
	g boolean,
	CONSTRAINT t_a CHECK (a > 0),
	CONSTRAINT t_b UNIQUE (b)
);
CREATE INDEX t_d ON t (d);
