CREATE TABLE t (a int DEFAULT 9, b int DEFAULT 0, c boolean DEFAULT true);
