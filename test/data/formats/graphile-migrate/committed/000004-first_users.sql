--! Previous: sha1:8ebe714eed61addb708b31bd4dbd60e30944afb8
--! Hash: sha1:a0f8af268ee4912e81f625864488af1cda182e2f
--! Message: first_users

INSERT INTO users (email, note) VALUES ('ada@example.com', 'Zürich; \n'), ('bob@example.com', NULL);
ALTER TABLE users ADD COLUMN active boolean NOT NULL DEFAULT true;
