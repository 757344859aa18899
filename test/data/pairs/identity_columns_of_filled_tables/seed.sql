INSERT INTO t VALUES ('x', 1), ('y', 2), ('z', 3);
INSERT INTO u VALUES ('x', 1), ('y', 2), ('z', 3);
INSERT INTO "U v" VALUES (1), (2), (3), (4);
INSERT INTO nokey VALUES (1), (2);
INSERT INTO r VALUES (1), (2);
