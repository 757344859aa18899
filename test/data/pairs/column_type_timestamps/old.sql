CREATE TABLE t (a timestamp, b timestamptz, c date, d time, e timestamp(0) DEFAULT now());
