CREATE OPERATOR FAMILY fam USING btree;
CREATE OPERATOR CLASS c4 FOR TYPE int USING btree FAMILY fam AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint4cmp(int,int), FUNCTION 2 btint4sortsupport(internal);
ALTER OPERATOR FAMILY fam USING btree ADD OPERATOR 1 < (int, smallint), OPERATOR 3 = (int, bigint), FUNCTION 1 (int, smallint) btint42cmp(int, smallint);
CREATE OPERATOR CLASS c2 FOR TYPE smallint USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint2cmp(smallint,smallint);
COMMENT ON OPERATOR CLASS c4 USING btree IS 'class';
CREATE TABLE t (id int);
CREATE INDEX t_id ON t (id c4);
