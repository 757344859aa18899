CREATE SCHEMA shop;
CREATE TYPE shop.order_status AS ENUM ('new', 'confirmed', 'paid', 'shipped', 'returned');
CREATE TYPE shop.address AS (street text, city text, zip text, country char(2));
CREATE DOMAIN shop.money_amount AS numeric(10,2) CHECK (VALUE >= 0);
CREATE DOMAIN shop.email AS text CHECK (VALUE ~ '@' OR VALUE ~ '^\d+$');
CREATE TABLE shop.customer (
	id serial PRIMARY KEY,
	email shop.email NOT NULL UNIQUE,
	name varchar(100) NOT NULL,
	billing shop.address,
	created_at timestamp DEFAULT now() NOT NULL,
	updated_at timestamptz,
	vip boolean DEFAULT false NOT NULL
);
CREATE TABLE shop.category (
	id serial PRIMARY KEY,
	parent_id int REFERENCES shop.category ON DELETE CASCADE,
	name text NOT NULL,
	UNIQUE NULLS NOT DISTINCT (parent_id, name)
);
CREATE TABLE shop.product (
	id serial PRIMARY KEY,
	category_id int NOT NULL REFERENCES shop.category,
	sku varchar(40) NOT NULL,
	title text NOT NULL,
	price shop.money_amount NOT NULL,
	stock int DEFAULT 0 NOT NULL CHECK (stock >= 0),
	description text,
	attributes jsonb DEFAULT '{}' NOT NULL,
	search tsvector GENERATED ALWAYS AS (to_tsvector('simple'::regconfig, title)) STORED
);
CREATE UNIQUE INDEX product_sku ON shop.product (sku);
CREATE INDEX product_search ON shop.product USING gin (search);
CREATE INDEX product_attributes ON shop.product USING gin (attributes jsonb_path_ops);
CREATE TABLE shop.orders (
	id serial PRIMARY KEY,
	customer_id int NOT NULL REFERENCES shop.customer ON DELETE RESTRICT,
	status shop.order_status DEFAULT 'new' NOT NULL,
	placed_at timestamptz DEFAULT now() NOT NULL,
	note text,
	ship_to shop.address,
	CONSTRAINT shipped_has_address CHECK (status NOT IN ('returned') OR ship_to IS NOT NULL)
);
CREATE INDEX orders_open ON shop.orders (placed_at) WHERE status NOT IN ('shipped', 'returned');
CREATE INDEX orders_customer ON shop.orders (customer_id, placed_at DESC);
CREATE TABLE shop.order_line (
	order_id int REFERENCES shop.orders ON DELETE CASCADE,
	line int,
	product_id int NOT NULL REFERENCES shop.product,
	quantity int NOT NULL CHECK (quantity > 0),
	price shop.money_amount NOT NULL,
	discount numeric(4,3) DEFAULT 0 NOT NULL CONSTRAINT discount_range CHECK (discount BETWEEN 0 AND 1),
	PRIMARY KEY (order_id, line)
);
CREATE TABLE shop.payment (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	order_id int NOT NULL REFERENCES shop.orders,
	amount shop.money_amount NOT NULL,
	paid_at timestamptz DEFAULT now() NOT NULL
);
CREATE FUNCTION shop.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.updated_at := now(); RETURN NEW; END $$;
CREATE TRIGGER customer_touch BEFORE UPDATE ON shop.customer FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION shop.touch();
CREATE FUNCTION shop.order_total(o int) RETURNS numeric LANGUAGE sql STABLE AS $$ SELECT sum(quantity * price * (1 - discount)) FROM shop.order_line WHERE order_id = o $$;
CREATE VIEW shop.open_orders AS SELECT o.id, c.name, o.status, shop.order_total(o.id) AS total, c.vip FROM shop.orders o JOIN shop.customer c ON c.id = o.customer_id WHERE o.status NOT IN ('shipped', 'returned');
CREATE MATERIALIZED VIEW shop.revenue AS SELECT date_trunc('month', placed_at) AS month, count(*) AS lines, sum(l.quantity * l.price * (1 - l.discount)) AS total FROM shop.orders o JOIN shop.order_line l ON l.order_id = o.id GROUP BY 1;
CREATE UNIQUE INDEX revenue_month ON shop.revenue (month);
COMMENT ON TABLE shop.product IS 'What we sell';
COMMENT ON COLUMN shop.orders.ship_to IS 'where it goes';
GRANT USAGE ON SCHEMA shop TO app_reader, app_writer;
GRANT SELECT ON ALL TABLES IN SCHEMA shop TO app_reader;
GRANT SELECT, INSERT, UPDATE, DELETE ON shop.customer, shop.orders, shop.order_line, shop.payment TO app_writer;
