CREATE TABLE t (a text CHECK (a ~ '^[a-z]+$'), b numeric CHECK (b BETWEEN 0 AND 1.5), c date CHECK (c > DATE '2000-01-01'), d text[] CHECK (array_length(d, 1) < 5));
