INSERT INTO t VALUES (1), (2);
INSERT INTO p VALUES (1, 1), (2, 1), (6, 1), (7, 2), (9, 2), (10, NULL);
INSERT INTO comes VALUES (3, 1);
INSERT INTO comes_with_it VALUES (4, 1);
INSERT INTO comes_with_another VALUES (5, NULL);
INSERT INTO key_goes VALUES (1, 1);
