SELECT schemamig.revision(
	rev_id => '5f0c7a1e93b2',
	message => 'create table users',
	upgrade => $up$
CREATE TABLE users (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	email text NOT NULL CONSTRAINT users_email_key UNIQUE,
	name text NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE users IS 'people who can log in';
$up$,
	downgrade => $down$
DROP TABLE users;
$down$);
