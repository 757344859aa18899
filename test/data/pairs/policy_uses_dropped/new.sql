CREATE TABLE t (id int, b int);
CREATE POLICY p ON t USING (b > 0);
CREATE POLICY q ON t USING (id = 1);
