CREATE TABLE parent (id int PRIMARY KEY, a int CHECK (a > 0));
CREATE TABLE child (b text) INHERITS (parent);
