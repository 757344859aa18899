CREATE COLLATION nc (provider = icu, locale = 'de-u-ks-level1', deterministic = false);
CREATE DOMAIN d AS text COLLATE nc;
CREATE TABLE t (a text COLLATE nc PRIMARY KEY, b int, c text COLLATE nc DEFAULT 'x' CHECK (c > 'a'));
CREATE TABLE s (a d);
CREATE INDEX t_a_idx ON t (b, a);
CREATE INDEX s_a_idx ON s (lower(a) COLLATE nc);
CREATE VIEW v AS SELECT a, b FROM t WHERE a > 'b' COLLATE nc;
