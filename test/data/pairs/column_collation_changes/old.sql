CREATE TABLE t (a text, b varchar(10) COLLATE "C", c text COLLATE "POSIX", d text);
CREATE INDEX t_a ON t (a);
CREATE UNIQUE INDEX t_b ON t (b);
CREATE INDEX t_d ON t (lower(d));
