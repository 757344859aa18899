CREATE TABLE t (a varchar(10), b text);
CREATE INDEX i ON t (a varchar_pattern_ops);
CREATE INDEX j ON t (lower(a), b);
CREATE INDEX k ON t (b) WHERE a = 'x';
