CREATE TABLE p (a int, b int NOT NULL);
