CREATE TABLE t (a varchar(10), b varchar(20), c numeric(8,2), d timestamp(3), e varchar(5), f bit varying(4), g cidr);
CREATE INDEX t_a ON t (a);
CREATE INDEX t_c ON t (c);
