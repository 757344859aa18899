INSERT INTO t VALUES (ROW(1,'a,b'), ARRAY[ROW(1,'"x')::c], ROW(ROW(1,'q')::c, ARRAY[ROW(2,NULL)::c]));
INSERT INTO p VALUES (1, ROW(1,'x'));
