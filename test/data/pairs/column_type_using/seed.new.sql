INSERT INTO t VALUES (1, 2.5, '2024-02-29', '{"a": 1}', true, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'), (NULL, NULL, NULL, NULL, NULL, NULL);
