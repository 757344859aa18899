SELECT x::text = '(1,x)' AND g = 1 FROM t WHERE id = 1;
