CREATE TABLE "table" ("select" int PRIMARY KEY, "from" text, "where" int CONSTRAINT "check" CHECK ("where" > 0), "primary" int);
CREATE INDEX "index" ON "table" ("from");
CREATE VIEW "view" AS SELECT "select", "from" FROM "table";
CREATE TYPE "type" AS ENUM ('null', 'true');
CREATE SEQUENCE "sequence";
CREATE FUNCTION "function"("in" int) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;
