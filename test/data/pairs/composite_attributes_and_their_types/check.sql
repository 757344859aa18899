SELECT x::text = '(1,"{""(\\""{x,y}\\"",2,)""}",2024-02-03,x,77,)' AND x = y[1] FROM t;
