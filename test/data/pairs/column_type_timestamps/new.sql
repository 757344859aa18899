CREATE TABLE t (a timestamptz, b timestamp, c timestamp, d interval, e timestamptz(0) DEFAULT now());
