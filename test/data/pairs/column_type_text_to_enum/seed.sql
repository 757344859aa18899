INSERT INTO t VALUES (1, 'new', 'x'), (2, 'paid', 'y');
