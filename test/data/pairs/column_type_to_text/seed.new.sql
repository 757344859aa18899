INSERT INTO t VALUES ('1', '2024-01-01', 'sad', 'true', '{1,2}');
