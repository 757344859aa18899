CREATE TABLE t ("user" int, "end" text, "Δ" int, "a.b" int, "c""d" int);
