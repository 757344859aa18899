CREATE TABLE t (a text CHECK (a ~* '^[a-z\d]+$'), b numeric CHECK (b BETWEEN 0 AND 2.5), c date CHECK (c > DATE '2000-01-02'), d text[] CHECK (cardinality(d) < 5));
