CREATE SCHEMA shop;
CREATE TYPE shop.order_status AS ENUM ('new', 'paid', 'shipped');
CREATE DOMAIN shop.money_amount AS numeric(10,2) CHECK (VALUE >= 0);
CREATE TABLE shop.customer (
	id serial PRIMARY KEY,
	email text NOT NULL UNIQUE,
	name varchar(60) NOT NULL,
	phone varchar(20),
	created_at timestamp DEFAULT now() NOT NULL
);
CREATE TABLE shop.category (
	id serial PRIMARY KEY,
	parent_id int REFERENCES shop.category,
	name text NOT NULL,
	UNIQUE (parent_id, name)
);
CREATE TABLE shop.product (
	id serial PRIMARY KEY,
	category_id int NOT NULL REFERENCES shop.category,
	sku varchar(20) NOT NULL,
	title text NOT NULL,
	price shop.money_amount NOT NULL,
	stock int DEFAULT 0 NOT NULL CHECK (stock >= 0),
	description text,
	legacy_code text
);
CREATE UNIQUE INDEX product_sku ON shop.product (sku);
CREATE INDEX product_title ON shop.product (lower(title));
CREATE TABLE shop.orders (
	id serial PRIMARY KEY,
	customer_id int NOT NULL REFERENCES shop.customer,
	status shop.order_status DEFAULT 'new' NOT NULL,
	placed_at timestamptz DEFAULT now() NOT NULL,
	note text
);
CREATE INDEX orders_open ON shop.orders (placed_at) WHERE status <> 'shipped';
CREATE TABLE shop.order_line (
	order_id int REFERENCES shop.orders ON DELETE CASCADE,
	line int,
	product_id int NOT NULL REFERENCES shop.product,
	quantity int NOT NULL CHECK (quantity > 0),
	price shop.money_amount NOT NULL,
	PRIMARY KEY (order_id, line)
);
CREATE FUNCTION shop.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.created_at := now(); RETURN NEW; END $$;
CREATE TRIGGER customer_touch BEFORE UPDATE ON shop.customer FOR EACH ROW EXECUTE FUNCTION shop.touch();
CREATE FUNCTION shop.order_total(o int) RETURNS numeric LANGUAGE sql STABLE AS $$ SELECT sum(quantity * price) FROM shop.order_line WHERE order_id = o $$;
CREATE VIEW shop.open_orders AS SELECT o.id, c.name, o.status, shop.order_total(o.id) AS total FROM shop.orders o JOIN shop.customer c ON c.id = o.customer_id WHERE o.status <> 'shipped';
CREATE MATERIALIZED VIEW shop.revenue AS SELECT date_trunc('month', placed_at) AS month, sum(l.quantity * l.price) AS total FROM shop.orders o JOIN shop.order_line l ON l.order_id = o.id GROUP BY 1;
CREATE UNIQUE INDEX revenue_month ON shop.revenue (month);
COMMENT ON TABLE shop.product IS 'What we sell';
COMMENT ON COLUMN shop.product.legacy_code IS 'of the old system';
GRANT USAGE ON SCHEMA shop TO app_reader, app_writer;
GRANT SELECT ON ALL TABLES IN SCHEMA shop TO app_reader;
GRANT SELECT, INSERT, UPDATE, DELETE ON shop.customer, shop.orders, shop.order_line TO app_writer;
