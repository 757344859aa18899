CREATE EXTENSION btree_gist;
CREATE TABLE t (room int, during tstzrange, cancelled boolean,
	CONSTRAINT e1 EXCLUDE USING gist (room WITH =, during WITH &&) WHERE (NOT cancelled) DEFERRABLE INITIALLY DEFERRED,
	CONSTRAINT e2 EXCLUDE USING gist (during WITH -|-) INCLUDE (room));
COMMENT ON CONSTRAINT e2 ON t IS 'no neighbours';
