CREATE TABLE parent (a int, b int);
CREATE TABLE child (a int, b int) INHERITS (parent);
ALTER TABLE parent ADD CONSTRAINT a_there NOT NULL a NOT VALID;
ALTER TABLE child VALIDATE CONSTRAINT a_there;
CREATE TABLE other (a int, c int);
ALTER TABLE other ADD CONSTRAINT a_there NOT NULL a NOT VALID;
CREATE TABLE third (a int, d int);
ALTER TABLE third ADD CONSTRAINT a_there NOT NULL a NOT VALID;
CREATE TABLE of_both () INHERITS (other, third);
