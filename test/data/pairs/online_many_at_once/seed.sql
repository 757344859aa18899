INSERT INTO b SELECT g, 'b' || g FROM generate_series(1, 20) g;
INSERT INTO a SELECT g, g % 20 + 1, 'a' || g, 'new', g FROM generate_series(1, 100) g;
