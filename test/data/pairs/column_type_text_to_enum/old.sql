CREATE TABLE t (id int, s text DEFAULT 'new' NOT NULL CHECK (s IN ('new', 'paid')), u text);
CREATE INDEX t_s ON t (s) WHERE s = 'new';
