CREATE TABLE t (a int, b text, g1 int GENERATED ALWAYS AS (a * 2) STORED, g2 text GENERATED ALWAYS AS (upper(b)) STORED);
CREATE INDEX t_g2 ON t (g2);
