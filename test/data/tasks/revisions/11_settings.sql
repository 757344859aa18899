-- What differs from one installation to the next is a variable, as in psql:
--   CALL schemamig.migrate(variables => '{"support_email": "..."}');
SELECT schemamig.revision(
	rev_id => '64eb18d7c05f',
	message => 'create table settings',
	upgrade => $up$
CREATE TABLE settings (
	name text PRIMARY KEY,
	value text NOT NULL
);
INSERT INTO settings (name, value) VALUES ('support_email', :'support_email');
$up$,
	downgrade => $down$
DROP TABLE settings;
$down$);
