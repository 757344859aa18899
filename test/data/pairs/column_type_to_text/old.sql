CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE t (a int DEFAULT 5, b date, c mood DEFAULT 'ok', d boolean, e int[]);
