CREATE SCHEMA app;
CREATE TABLE app.a (y int, z int, zz int);
CREATE VIEW app.v AS SELECT y,z,zz FROM app.a;
CREATE VIEW app.w AS SELECT y+z AS s FROM app.v;
