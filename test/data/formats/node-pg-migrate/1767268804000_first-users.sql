-- Up Migration
INSERT INTO users (email, note) VALUES ('ada@example.com', 'Zürich; \n'), ('bob@example.com', NULL);
ALTER TABLE users ADD COLUMN active boolean NOT NULL DEFAULT true;

-- Down Migration
ALTER TABLE users DROP COLUMN active;
DELETE FROM users;
