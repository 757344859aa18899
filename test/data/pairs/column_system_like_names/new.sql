CREATE TABLE t ("user" bigint, "end" text DEFAULT '$$', "Δ" int NOT NULL, "a.b" int CHECK ("a.b" > 0), "c""d" int, "select" int, "'" text);
CREATE INDEX ON t ("a.b", "c""d");
