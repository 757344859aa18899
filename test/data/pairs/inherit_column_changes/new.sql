CREATE TABLE parent (id bigint, a int DEFAULT 4 NOT NULL);
CREATE TABLE child (b varchar(9)) INHERITS (parent);
CREATE TABLE grandchild (z int) INHERITS (child);
ALTER TABLE parent ADD CONSTRAINT pos CHECK (a > 0);
