CREATE TYPE ty AS (a int, b text);
CREATE TABLE t OF ty (CONSTRAINT a_there NOT NULL a, PRIMARY KEY (a));
