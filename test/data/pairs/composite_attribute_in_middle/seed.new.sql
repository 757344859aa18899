INSERT INTO t VALUES
	(1, ROW(1, '2024-01-01', 'a,"b', 'x'), ARRAY[ROW(1, '2024-01-01', 'q', 'y'), NULL]::"In"[],
		ROW(ROW(2, NULL, 'r', NULL), ARRAY[ROW(3, NULL, 's', 'z')]::"In"[], 4), ROW(5, NULL, 't', 'x'), ARRAY[ROW(6, NULL, 'u', 'y')]::d[]),
	(2, NULL, '[2:3][1:1]={{"(7,,v,x)"},{"(8,,w,y)"}}', NULL, NULL, NULL);
INSERT INTO p VALUES (1, ROW(1, NULL, 'a', 'x')), (2, ROW(2, NULL, 'b', 'y'));
