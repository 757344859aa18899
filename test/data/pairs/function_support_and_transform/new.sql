CREATE TABLE t (a text);
CREATE FUNCTION starts(text, text) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT SUPPORT text_starts_with_support AS 'text_starts_with';
