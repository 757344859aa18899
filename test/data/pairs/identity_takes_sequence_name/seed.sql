\o /dev/null
SELECT setval('t_id_seq', 42), setval('hib_id_seq', 17);
\o
