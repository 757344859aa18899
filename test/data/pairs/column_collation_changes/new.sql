CREATE TABLE t (a text COLLATE "C", b varchar(10), c text COLLATE "C", d text COLLATE "ucs_basic");
CREATE INDEX t_a ON t (a);
CREATE UNIQUE INDEX t_b ON t (b);
CREATE INDEX t_d ON t (lower(d));
