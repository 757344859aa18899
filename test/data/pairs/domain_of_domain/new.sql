CREATE FUNCTION is_mail(text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT $1 LIKE '%@%' $$;
CREATE DOMAIN base AS text COLLATE "C" CHECK (VALUE = lower(VALUE));
CREATE DOMAIN derived AS base CHECK (length(VALUE) < 20);
CREATE DOMAIN mail AS derived NOT NULL CHECK (is_mail(VALUE));
CREATE TABLE t (a derived, b mail DEFAULT 'a@b');
