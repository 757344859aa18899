CREATE TABLE t (a int, b varchar(20)[], c text[], d bigint[] DEFAULT '{}');
