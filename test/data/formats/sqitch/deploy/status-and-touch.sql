-- Deploy shop:status-and-touch to pg

BEGIN;


CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $touch$
BEGIN
    -- not a statement; of the script
    NEW.changed_at := clock_timestamp();
    RETURN NEW;
END;
$touch$;

COMMIT;
