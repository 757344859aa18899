CREATE TABLE region (code text PRIMARY KEY);
CREATE TABLE sale (id bigint GENERATED ALWAYS AS IDENTITY, region text NOT NULL REFERENCES region, at timestamptz NOT NULL, amount numeric(10,2) CHECK (amount > 0),
	PRIMARY KEY (id, region, at)) PARTITION BY LIST (region);
CREATE TABLE sale_eu PARTITION OF sale FOR VALUES IN ('eu') PARTITION BY RANGE (at);
CREATE TABLE sale_eu_2024 PARTITION OF sale_eu FOR VALUES FROM ('2024-01-01 00:00+00') TO ('2025-01-01 00:00+00');
CREATE TABLE sale_eu_rest PARTITION OF sale_eu DEFAULT;
CREATE TABLE sale_rest PARTITION OF sale DEFAULT;
CREATE INDEX sale_at ON sale (at) INCLUDE (amount);
CREATE FUNCTION sale_tf() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER sale_tg AFTER INSERT ON sale FOR EACH ROW EXECUTE FUNCTION sale_tf();
COMMENT ON TABLE sale_eu IS 'Europe';
COMMENT ON INDEX sale_at IS 'by time';
GRANT SELECT ON sale TO app_reader;
GRANT SELECT ON sale_eu TO app_reader;
