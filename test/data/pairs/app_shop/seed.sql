INSERT INTO shop.customer (email, name, phone) VALUES ('a@b', 'A', '1'), ('c@d', 'C', NULL);
INSERT INTO shop.category (parent_id, name) VALUES (NULL, 'all'), (1, 'books');
INSERT INTO shop.product (category_id, sku, title, price, stock) VALUES (2, 's1', 'A Book', 10, 5), (2, 's2', 'Another', 12.5, 0);
INSERT INTO shop.orders (customer_id, status) VALUES (1, 'new'), (2, 'shipped');
INSERT INTO shop.order_line VALUES (1, 1, 1, 2, 10), (2, 1, 2, 1, 12.5);
