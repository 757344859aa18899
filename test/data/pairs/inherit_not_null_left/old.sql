CREATE TABLE parent (a int, b int);
CREATE TABLE child (a int, b int) INHERITS (parent);
ALTER TABLE parent ADD CONSTRAINT a_there NOT NULL a NOT VALID;
ALTER TABLE child VALIDATE CONSTRAINT a_there;
ALTER TABLE parent DROP COLUMN a;
