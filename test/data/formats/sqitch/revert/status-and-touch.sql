-- Revert shop:status-and-touch from pg

BEGIN;


CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $touch$
BEGIN
    -- not a statement; of the script
    NEW.changed_at := now();
    RETURN NEW;
END;
$touch$;

COMMIT;
