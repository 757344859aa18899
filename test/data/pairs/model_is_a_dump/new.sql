CREATE EXTENSION hstore;
COMMENT ON EXTENSION hstore IS 'data type for storing sets of (key, value) pairs';
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TABLE person (id serial NOT NULL, m mood DEFAULT 'ok', name text, tags hstore);
ALTER TABLE person ADD CONSTRAINT person_pkey PRIMARY KEY (id);
CREATE INDEX person_name ON person (name);
CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RETURN NEW;
END;
$$;
CREATE TRIGGER tg BEFORE INSERT ON person FOR EACH ROW EXECUTE FUNCTION tf();
CREATE VIEW names AS SELECT person.name FROM person;
COMMENT ON TABLE person IS 'people';
GRANT SELECT ON person TO app_reader;
