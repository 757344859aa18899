CREATE TABLE p (id int PRIMARY KEY, code int UNIQUE);
CREATE TABLE q (id int PRIMARY KEY);
CREATE TABLE c (id int, q_id int, CONSTRAINT fk FOREIGN KEY (q_id) REFERENCES q);
COMMENT ON CONSTRAINT fk ON c IS 'another parent';
