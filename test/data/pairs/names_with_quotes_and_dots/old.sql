CREATE SCHEMA "a.b";
CREATE TABLE "a.b"."c.d" ("e.f" int, "g""h" int, "i'j" int, "k\l" int, " " int, "%s" int, "$1" int, "{x}" int);
CREATE VIEW "a.b"."v""w" AS SELECT "e.f" AS "x""y" FROM "a.b"."c.d";
