CREATE SCHEMA "a.b";
CREATE TABLE "a.b"."c.d" ("e.f" bigint, "g""h" int DEFAULT 5, "i'j" int CHECK ("i'j" > 0), "k\l" int NOT NULL, " " int, "%d" int, "$1" int, "{x}" text);
CREATE VIEW "a.b"."v""w" AS SELECT "e.f" AS "x""y", "$1" FROM "a.b"."c.d";
COMMENT ON COLUMN "a.b"."c.d"."g""h" IS '%s %1$I $1 {x} :name';
