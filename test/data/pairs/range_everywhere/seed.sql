INSERT INTO p VALUES (1, '[1,3)'), (2, NULL);
INSERT INTO uses_co VALUES (ROW('[1,3)', '{[1,3)}'), '{"[1,3)"}');
INSERT INTO uses_d VALUES ('[1,3)', '[2,3)');
