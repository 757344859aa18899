CREATE SCHEMA app;
CREATE TABLE t (a int PRIMARY KEY, b int, c text);
CREATE TABLE p (a int) PARTITION BY LIST (a);
CREATE PUBLICATION one FOR TABLE t (a, c) WHERE (a > 10 AND c <> 'x'), p;
COMMENT ON PUBLICATION one IS 'a publication';
ALTER PUBLICATION one OWNER TO app_owner;
CREATE PUBLICATION "Odd ""Pub" FOR TABLES IN SCHEMA app, public WITH (publish = 'insert, truncate', publish_via_partition_root = true);
CREATE PUBLICATION everything FOR ALL TABLES WITH (publish = '');
