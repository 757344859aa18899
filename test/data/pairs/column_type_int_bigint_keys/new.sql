CREATE TABLE p (id bigint PRIMARY KEY, n bigint UNIQUE, code bigint DEFAULT 7 CHECK (code > 0));
CREATE TABLE c (id bigint PRIMARY KEY, p_id bigint NOT NULL REFERENCES p ON DELETE CASCADE, n bigint REFERENCES p (n));
CREATE INDEX c_p ON c (p_id);
