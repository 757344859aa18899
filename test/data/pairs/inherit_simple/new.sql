CREATE TABLE parent (id int PRIMARY KEY, a int CHECK (a > 0), c int DEFAULT 7);
CREATE TABLE child (b text, d int) INHERITS (parent);
CREATE TABLE child2 (e int) INHERITS (parent);
