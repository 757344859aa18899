INSERT INTO b SELECT g, 'b' || g FROM generate_series(1, 20) g;
INSERT INTO a (id, b_id, name, state, n) SELECT g, g % 20 + 1, 'a' || g, 'new', g FROM generate_series(1, 100) g;
INSERT INTO c SELECT id, name FROM a;
