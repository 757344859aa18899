CREATE SCHEMA a;
CREATE SCHEMA b;
CREATE SEQUENCE b.s;
CREATE SEQUENCE b.u;
CREATE TABLE b.t (id int DEFAULT nextval('b.s'), x int DEFAULT nextval('b.u'::text::regclass));
