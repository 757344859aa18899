CREATE TYPE state AS ENUM ('new', 'paid', 'sent');
CREATE TABLE t (id int, s state DEFAULT 'new' NOT NULL, u text);
CREATE INDEX t_s ON t (s) WHERE s = 'new';
