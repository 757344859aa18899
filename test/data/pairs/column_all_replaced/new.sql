CREATE TABLE t (c text, d text);
