CREATE TABLE t (a int DEFAULT 1, b text DEFAULT 'x', c timestamptz DEFAULT now(), d int, e text DEFAULT 'it''s', f text DEFAULT NULL, g jsonb DEFAULT '{}');
