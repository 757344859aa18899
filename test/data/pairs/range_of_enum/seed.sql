INSERT INTO t VALUES (1, '[a,b]', 'a'), (2, '[b,c)', 'b');
