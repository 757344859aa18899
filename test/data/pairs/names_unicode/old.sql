CREATE SCHEMA "Schéma";
CREATE TABLE "Schéma"."Größe" ("Länge" int, "日本語" text, "🐘" int DEFAULT 1);
CREATE INDEX "Größe_Länge_idx" ON "Schéma"."Größe" ("Länge");
COMMENT ON TABLE "Schéma"."Größe" IS 'ß';
