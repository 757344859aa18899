CREATE TABLE t (a smallint, b varchar(5), c numeric(6,2), d char(4));
