CREATE TABLE t (a int, b numeric(6,1), c date, d jsonb, e boolean, f uuid);
