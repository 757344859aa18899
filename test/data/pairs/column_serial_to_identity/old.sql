CREATE TABLE t (id serial PRIMARY KEY, a int);
CREATE TABLE c (t_id int REFERENCES t);
