CREATE TABLE t (a int, b int, g int GENERATED ALWAYS AS (a + b) VIRTUAL, h text GENERATED ALWAYS AS ('x' || a));
