SELECT b = 2 FROM t; SELECT y = 2 FROM child;
