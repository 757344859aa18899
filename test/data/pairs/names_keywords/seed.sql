INSERT INTO "table" VALUES (1, 'x', 2, 3), (2, NULL, 3, 4);
