CREATE TYPE order_status AS ENUM ('new', 'paid; sent');
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $touch$
BEGIN
    -- not a statement; of the script
    NEW.changed_at := now();
    RETURN NEW;
END;
$touch$;
