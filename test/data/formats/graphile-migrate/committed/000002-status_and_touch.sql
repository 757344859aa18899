--! Previous: sha1:653c52e6f02e6c365aa9e72086af7430993b9c06
--! Hash: sha1:4caecf2fd64f8f795bd5002834c09802b1ea82bc
--! Message: status_and_touch

CREATE TYPE order_status AS ENUM ('new', 'paid; sent');
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $touch$
BEGIN
    -- not a statement; of the script
    NEW.changed_at := now();
    RETURN NEW;
END;
$touch$;
