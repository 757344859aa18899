CREATE TABLE client (id serial PRIMARY KEY, name text NOT NULL, n int CHECK (n > 0));
CREATE INDEX client_name_idx ON client (name);
CREATE TABLE ord (id int PRIMARY KEY, customer_id int CONSTRAINT ord_customer_fk REFERENCES client);
CREATE VIEW names AS SELECT name FROM client;
