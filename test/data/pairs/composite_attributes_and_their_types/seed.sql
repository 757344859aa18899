INSERT INTO t VALUES (1, ROW(1, ARRAY[ROW(2, '{x,y}')]::d[], '2024-02-03 04:05', 'x', '77'),
	ARRAY[ROW(1, ARRAY[ROW(2, '{x,y}')]::d[], '2024-02-03 04:05', 'x', '77')]::outer_t[]);
