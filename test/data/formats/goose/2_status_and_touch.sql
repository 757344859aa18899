-- +goose Up
CREATE TYPE order_status AS ENUM ('new', 'paid; sent');
-- +goose StatementBegin
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $touch$
BEGIN
    -- not a statement; of the script
    NEW.changed_at := now();
    RETURN NEW;
END;
$touch$;
-- +goose StatementEnd

-- +goose Down
DROP FUNCTION touch();
DROP TYPE order_status;
