INSERT INTO p SELECT g, g % 3 + 1, g::text FROM generate_series(1, 50) g;
INSERT INTO r SELECT id, k FROM p;
