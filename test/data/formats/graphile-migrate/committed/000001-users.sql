--! Previous: -
--! Hash: sha1:653c52e6f02e6c365aa9e72086af7430993b9c06
--! Message: users

CREATE TABLE users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email text NOT NULL UNIQUE,
    note text DEFAULT 'a;b -- c'
);
COMMENT ON TABLE users IS 'it''s; who logs in';
