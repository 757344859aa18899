CREATE TABLE t (a text DEFAULT 'abc', b boolean DEFAULT false, c int DEFAULT 0);
