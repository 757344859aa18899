CREATE DOMAIN base AS text COLLATE "C" CHECK (VALUE = lower(VALUE));
CREATE DOMAIN derived AS base CHECK (length(VALUE) < 10);
CREATE TABLE t (a derived);
