INSERT INTO t VALUES (1, ROW(1, ARRAY[ROW('{x,y}', 2, 3)]::d[], '2024-02-03', 'x', 77, 'm'),
	ARRAY[ROW(1, ARRAY[ROW('{x,y}', 2, 3)]::d[], '2024-02-03', 'x', 77, 'm')]::outer_t[]);
