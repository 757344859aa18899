CREATE SCHEMA "Schéma";
CREATE TABLE "Schéma"."Größe" ("Länge" bigint, "日本語" text DEFAULT '日本', "🐘" int DEFAULT 2, "É" int);
CREATE INDEX "Größe_Länge_idx" ON "Schéma"."Größe" ("Länge", "É");
COMMENT ON TABLE "Schéma"."Größe" IS 'ẞ';
COMMENT ON COLUMN "Schéma"."Größe"."🐘" IS '🐘';
CREATE TYPE "Schéma"."Ärger" AS ENUM ('groß', 'größer');
