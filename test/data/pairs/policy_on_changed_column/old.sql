CREATE TABLE org (id int PRIMARY KEY, kind int);
CREATE TABLE t (id int, tenant int, n int);
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON t TO app_reader USING (tenant = current_setting('app.tenant', true)::int);
CREATE POLICY q ON t USING (EXISTS (SELECT FROM org WHERE org.id = t.id AND org.kind > 0));
COMMENT ON POLICY p ON t IS 'tenant';
