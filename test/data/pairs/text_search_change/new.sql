CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = pg_catalog.snowball, stopwords = 'english', language = 'german');
CREATE TEXT SEARCH DICTIONARY k (TEMPLATE = pg_catalog.snowball, language = 'french');
CREATE TEXT SEARCH CONFIGURATION c (PARSER = "default");
ALTER TEXT SEARCH CONFIGURATION c ADD MAPPING FOR word WITH simple, d;
ALTER TEXT SEARCH CONFIGURATION c ADD MAPPING FOR hword WITH simple;
ALTER TEXT SEARCH CONFIGURATION c ADD MAPPING FOR numword WITH k;
CREATE TABLE t (a text, v tsvector GENERATED ALWAYS AS (to_tsvector('public.c', a)) STORED);
CREATE INDEX t_idx ON t USING gin (to_tsvector('public.c', a));
