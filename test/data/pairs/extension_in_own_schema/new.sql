CREATE SCHEMA ext;
CREATE EXTENSION pg_trgm SCHEMA ext;
CREATE EXTENSION pgcrypto SCHEMA ext;
CREATE TABLE t (id int, a text, salt text DEFAULT ext.gen_salt('bf'));
CREATE INDEX t_a ON t USING gist (a ext.gist_trgm_ops);
CREATE VIEW v AS SELECT a, ext.similarity(a, 'x') AS s FROM t WHERE a OPERATOR(ext.%) 'x';
