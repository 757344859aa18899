INSERT INTO account VALUES ('cash', 'Cash', 'A'), ('rent', 'Rent', 'E');
INSERT INTO entry (booked, account, amount, text) VALUES ('2023-02-01', 'cash', -5, 'x'), ('2024-02-01', 'cash', 7, NULL), ('2024-02-01', 'rent', 9, 'y');
