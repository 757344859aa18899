CREATE SCHEMA app;
CREATE TABLE app.a (x int, y int, z int);
CREATE VIEW app.v AS SELECT x,y,z FROM app.a;
CREATE VIEW app.w AS SELECT x+y AS s FROM app.v;
