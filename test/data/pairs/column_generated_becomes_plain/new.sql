CREATE TABLE t (a int, g int, h int DEFAULT 0 NOT NULL);
