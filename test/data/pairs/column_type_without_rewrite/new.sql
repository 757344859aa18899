CREATE TABLE t (a varchar(20), b text, c numeric(10,2), d timestamp(6), e varchar, f bit varying(9), g inet);
CREATE INDEX t_a ON t (a);
CREATE INDEX t_c ON t (c);
