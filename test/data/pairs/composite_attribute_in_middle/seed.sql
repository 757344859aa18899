INSERT INTO t VALUES
	(1, ROW(1, 'a,"b', 'x', 'g'), ARRAY[ROW(1, 'q', 'y', 'g'), NULL]::"In"[],
		ROW(ROW(2, 'r', NULL, 'g'), ARRAY[ROW(3, 's', 'z', 'g')]::"In"[], 4), ROW(5, 't', 'x', 'g'), ARRAY[ROW(6, 'u', 'y', 'g')]::d[]),
	(2, NULL, '[2:3][1:1]={{"(7,v,x,g)"},{"(8,w,y,g)"}}', NULL, NULL, NULL),
	(3, ROW(NULL, NULL, NULL, NULL), '{}', ROW(NULL, NULL, NULL), NULL, NULL);
INSERT INTO p VALUES (1, ROW(1, 'a', 'x', 'g')), (2, ROW(2, 'b', 'y', 'g'));
