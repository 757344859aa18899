INSERT INTO item VALUES (1, '5', '5'), (2, '6', '7');
