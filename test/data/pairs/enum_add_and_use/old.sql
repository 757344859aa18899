CREATE TYPE e AS ENUM ('a', 'b');
CREATE TABLE t (id int, x e DEFAULT 'a');
CREATE VIEW v AS SELECT id FROM t WHERE x = 'a';
