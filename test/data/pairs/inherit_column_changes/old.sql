CREATE TABLE parent (id int, a int, gone int);
CREATE TABLE child (b text) INHERITS (parent);
CREATE TABLE grandchild () INHERITS (child);
