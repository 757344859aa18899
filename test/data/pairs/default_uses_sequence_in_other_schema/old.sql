CREATE SCHEMA a;
CREATE SCHEMA b;
CREATE SEQUENCE a.s;
CREATE TABLE b.t (id int DEFAULT nextval('a.s'), x int);
