CREATE TABLE t (a text DEFAULT '5', b text, c text DEFAULT 'ok', d text, e text[]);
