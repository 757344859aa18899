CREATE TABLE t (a int, b text, g3 int GENERATED ALWAYS AS (a * 3) STORED, g4 text GENERATED ALWAYS AS (b || '!') STORED);
CREATE INDEX t_g4 ON t (g4);
