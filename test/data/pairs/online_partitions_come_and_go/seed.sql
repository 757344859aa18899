INSERT INTO p SELECT g, date '2020-01-01' + g, g FROM generate_series(1, 300) g;
INSERT INTO p SELECT g, date '2022-01-01' + g, g FROM generate_series(1, 700) g;
INSERT INTO p21 SELECT g, date '2021-01-01' + g, g FROM generate_series(1, 300) g;
INSERT INTO h0 SELECT g FROM generate_series(1, 100) g WHERE satisfies_hash_partition('h'::regclass, 2, 0, g);
INSERT INTO h1 SELECT g FROM generate_series(1, 100) g WHERE satisfies_hash_partition('h'::regclass, 2, 1, g);
INSERT INTO l1 VALUES ('x'), ('it''s'), (NULL);
INSERT INTO l VALUES ('y');
