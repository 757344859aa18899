CREATE TABLE stays (id int);
CREATE TABLE gone (id int);
CREATE SEQUENCE s OWNED BY gone.id;
CREATE SEQUENCE s2 OWNED BY gone.id;
