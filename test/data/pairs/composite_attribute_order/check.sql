SELECT x::text = '(x,1)' AND g = 1 FROM t WHERE id = 1;
