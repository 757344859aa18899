CREATE TABLE t (a int PRIMARY KEY, b int GENERATED ALWAYS AS (a) STORED);
CREATE PUBLICATION one FOR TABLE t WITH (publish_generated_columns = stored);
