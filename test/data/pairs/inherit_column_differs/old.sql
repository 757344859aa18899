CREATE TABLE p (a int DEFAULT 1, b text, c text NOT NULL, d int NOT NULL);
