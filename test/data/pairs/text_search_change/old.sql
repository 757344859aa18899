CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = pg_catalog.snowball, language = 'english', stopwords = 'english');
CREATE TEXT SEARCH DICTIONARY k (TEMPLATE = simple, accept = false);
CREATE TEXT SEARCH DICTIONARY gone (TEMPLATE = simple);
CREATE TEXT SEARCH CONFIGURATION c (PARSER = "default");
ALTER TEXT SEARCH CONFIGURATION c ADD MAPPING FOR word WITH d, gone;
ALTER TEXT SEARCH CONFIGURATION c ADD MAPPING FOR asciiword WITH simple;
ALTER TEXT SEARCH CONFIGURATION c ADD MAPPING FOR numword WITH k;
CREATE TABLE t (a text, v tsvector GENERATED ALWAYS AS (to_tsvector('public.c', a)) STORED);
CREATE INDEX t_idx ON t USING gin (to_tsvector('public.c', a));
