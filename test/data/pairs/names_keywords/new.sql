CREATE TYPE "type" AS ENUM ('null', 'false', 'true');
CREATE TABLE "table" ("select" bigint PRIMARY KEY, "from" text DEFAULT 'from', "where" int CONSTRAINT "check" CHECK ("where" > 1), "group" "type"[]);
CREATE INDEX "index" ON "table" ("from", "where");
CREATE VIEW "view" AS SELECT "select", "from", "where" FROM "table";
CREATE SEQUENCE "sequence" OWNED BY "table"."where";
CREATE FUNCTION "function"("in" int) RETURNS int LANGUAGE sql AS $$ SELECT 2 $$;
CREATE TABLE "user" ("end" int REFERENCES "table");
