CREATE TABLE t (a bigint, b varchar(100), c numeric(20,6), d text);
