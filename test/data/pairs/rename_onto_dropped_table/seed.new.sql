INSERT INTO app.accounts (id, n, name) VALUES (7, 8, 'x'); SELECT setval('app.accounts_n_seq', 9), setval('app.accounts_id_seq', 7); INSERT INTO app.orders VALUES (NULL, 7);
