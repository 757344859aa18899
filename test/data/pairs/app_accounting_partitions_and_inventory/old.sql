CREATE TABLE account (code text PRIMARY KEY, name text NOT NULL, kind char(1) NOT NULL CHECK (kind IN ('A', 'L', 'E')));
CREATE TABLE entry (
	id bigint NOT NULL,
	booked date NOT NULL,
	account text NOT NULL REFERENCES account,
	amount numeric(12,2) NOT NULL,
	text varchar(80)
) PARTITION BY RANGE (booked);
CREATE TABLE entry_2023 PARTITION OF entry FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE entry_2024 PARTITION OF entry FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') PARTITION BY LIST (account);
CREATE TABLE entry_2024_cash PARTITION OF entry_2024 FOR VALUES IN ('cash');
CREATE TABLE entry_2024_rest PARTITION OF entry_2024 DEFAULT;
CREATE INDEX entry_id_booked ON entry (id, booked);
CREATE INDEX entry_account ON entry (account, booked);
CREATE SEQUENCE entry_id OWNED BY entry.id;
ALTER TABLE entry ALTER id SET DEFAULT nextval('entry_id');
CREATE FUNCTION check_open() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.booked < '2020-01-01' THEN RAISE EXCEPTION 'closed'; END IF; RETURN NEW; END $$;
CREATE TRIGGER open BEFORE INSERT ON entry FOR EACH ROW EXECUTE FUNCTION check_open();
CREATE VIEW balance AS SELECT a.code, a.name, sum(e.amount) AS amount FROM account a JOIN entry e ON e.account = a.code GROUP BY a.code;
GRANT SELECT ON balance TO app_reader;
GRANT INSERT ON entry TO app_writer;
GRANT USAGE ON SEQUENCE entry_id TO app_writer;
