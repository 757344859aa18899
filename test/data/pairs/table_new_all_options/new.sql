CREATE TABLE other (id int PRIMARY KEY);
CREATE UNLOGGED TABLE t (
	id bigint GENERATED ALWAYS AS IDENTITY (START 100 INCREMENT 10 CACHE 5) PRIMARY KEY,
	other_id int NOT NULL REFERENCES other ON UPDATE CASCADE ON DELETE RESTRICT,
	name varchar(30) COLLATE "C" NOT NULL DEFAULT 'none',
	price numeric(10,2) DEFAULT 0.00 CHECK (price >= 0),
	total numeric GENERATED ALWAYS AS (price * 2) STORED,
	tags text[] DEFAULT '{}',
	data jsonb DEFAULT '{"a": [1, 2]}',
	at timestamptz(3) DEFAULT now(),
	span interval day to second,
	bits bit varying(8),
	CONSTRAINT t_u UNIQUE (name, other_id) INCLUDE (price) DEFERRABLE
) WITH (fillfactor = 80, toast_tuple_target = 4096, autovacuum_vacuum_scale_factor = 0.05, toast.autovacuum_enabled = off);
ALTER TABLE t ALTER data SET STORAGE EXTERNAL, ALTER tags SET COMPRESSION pglz, ALTER name SET STATISTICS 500;
ALTER TABLE t REPLICA IDENTITY FULL;
