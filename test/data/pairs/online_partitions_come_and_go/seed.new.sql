INSERT INTO p SELECT g, date '2020-01-01' + g, g FROM generate_series(1, 700) g;
INSERT INTO p SELECT g, date '2023-01-01' + g, g FROM generate_series(1, 300) g;
INSERT INTO p22 SELECT g, date '2022-01-01' + g, g FROM generate_series(1, 300) g;
INSERT INTO h SELECT g FROM generate_series(1, 100) g;
INSERT INTO l VALUES ('x'), ('it''s'), (NULL), ('y');
