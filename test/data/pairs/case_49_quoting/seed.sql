INSERT INTO "Sel ect" VALUES ('b\c', 2), (NULL, 3);
