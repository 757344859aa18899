INSERT INTO t VALUES ('b', '{d}'), ('d', NULL);
