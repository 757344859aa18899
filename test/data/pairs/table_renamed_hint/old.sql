CREATE TABLE customer (id serial PRIMARY KEY, name text NOT NULL, n int CHECK (n > 0));
CREATE INDEX customer_name_idx ON customer (name);
CREATE TABLE ord (id int PRIMARY KEY, customer_id int CONSTRAINT ord_customer_fk REFERENCES customer);
CREATE VIEW names AS SELECT name FROM customer;
