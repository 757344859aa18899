CREATE TABLE t (a text, b text);
CREATE INDEX i ON t (a text_pattern_ops);
CREATE INDEX j ON t (lower(a), b);
CREATE INDEX k ON t (b) WHERE a = 'x';
