CREATE TABLE p (a int, b int NOT NULL);
CREATE TABLE child (CONSTRAINT child_a NOT NULL a, CONSTRAINT child_b NOT NULL b) INHERITS (p);
CREATE TABLE merged (b int, a int, c int) INHERITS (p);
CREATE TABLE other () INHERITS (p);
COMMENT ON CONSTRAINT p_b_not_null ON other IS 'of the parent';
