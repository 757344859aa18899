INSERT INTO t VALUES ('1', true, 1), ('2', false, 0);
