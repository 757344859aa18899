# Squashes, with pg_dump as the judge: what a squash makes is what its revisions
# make, from base and from a revision, and it undoes what they undo.

use strict;
use warnings FATAL => 'all';

use Cwd qw(abs_path);
use FindBin;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;

sub query
{
	my ($database, $sql) = @_;
	my ($rc, $out, $err) = $node->psql($database, "SET client_min_messages = warning;\n$sql", on_error_stop => 1);
	is($err, '', "$database: no error") if $err ne '';
	return $out;
}

# What pg_dump has of a database.  What the revisions have left, a squash may
# write in another order
sub schema
{
	my ($database) = @_;
	my ($out, $err);
	IPC::Run::run([ 'pg_dump', '-s', '-N', 'schemamig', '-d', $node->connstr($database) ], '>', \$out, '2>', \$err) or die $err;
	$out =~ s/^\\(un)?restrict .*\n//mg;
	$out =~ s/^--.*\n//mg;
	$out =~ s/\n{2,}/\n/g;
	return $out;
}

# A history of some length: renames, types that change, things that come and go,
# two branches
my @revisions = (
	[ 'r01', 'CREATE SCHEMA app; CREATE EXTENSION citext; CREATE TABLE app.users (id serial PRIMARY KEY, nam citext, mood int)',
		'DROP TABLE app.users; DROP EXTENSION citext; DROP SCHEMA app' ],
	[ 'r02', q(ALTER TABLE app.users RENAME nam TO name; ALTER TABLE app.users ALTER name SET NOT NULL; COMMENT ON COLUMN app.users.name IS 'of the user'),
		q(COMMENT ON COLUMN app.users.name IS NULL; ALTER TABLE app.users ALTER name DROP NOT NULL; ALTER TABLE app.users RENAME name TO nam) ],
	[ 'r03', q(CREATE TYPE app.mood AS ENUM ('good'); ALTER TYPE app.mood ADD VALUE 'bad'),
		'DROP TYPE app.mood' ],
	[ 'r04', q(ALTER TABLE app.users DROP mood; ALTER TABLE app.users ADD mood app.mood DEFAULT 'good'; CREATE TABLE app.gone (i int)),
		'DROP TABLE app.gone; ALTER TABLE app.users DROP mood; ALTER TABLE app.users ADD mood int' ],
	[ 'r05', q(CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.mood := 'bad'; RETURN NEW; END$$;
		CREATE TRIGGER touch BEFORE UPDATE ON app.users FOR EACH ROW EXECUTE FUNCTION app.touch()),
		'DROP TRIGGER touch ON app.users; DROP FUNCTION app.touch()' ],
	[ 'l01', 'CREATE TABLE app.orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, user_id int REFERENCES app.users, total numeric CHECK (total > 0)); CREATE INDEX CONCURRENTLY orders_user ON app.orders (user_id)',
		'DROP TABLE app.orders' ],
	[ 'x01', 'CREATE TABLE app.logs (at timestamptz NOT NULL, line text) PARTITION BY RANGE (at); CREATE TABLE app.logs_old PARTITION OF app.logs FOR VALUES FROM (MINVALUE) TO (\'2020-01-01\')',
		'DROP TABLE app.logs', '{r05}' ],
	[ 'm01', 'CREATE VIEW app.totals AS SELECT name, sum(total) AS total FROM app.users u JOIN app.orders o ON o.user_id = u.id GROUP BY name; GRANT SELECT ON app.totals TO reader',
		'DROP VIEW app.totals', '{l01,x01}' ],
	[ 'n01', 'ALTER TABLE app.orders ALTER total TYPE numeric(12, 2); DROP TABLE app.gone; ALTER TABLE app.users ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON app.users USING (name = current_user)',
		'DROP POLICY own ON app.users; ALTER TABLE app.users DISABLE ROW LEVEL SECURITY; CREATE TABLE app.gone (i int); ALTER TABLE app.orders ALTER total TYPE numeric' ],
	[ 'n02', q(CREATE DOMAIN app.code AS text CHECK (VALUE ~ '^[A-Z]+$'); ALTER TABLE app.orders ADD code app.code; CREATE TABLE plain (i int); ALTER TABLE plain ADD j int GENERATED ALWAYS AS (i * 2) STORED),
		'DROP TABLE plain; ALTER TABLE app.orders DROP code; DROP DOMAIN app.code' ]);

# n01 changes what the view needs
$revisions[8][1] = "DROP VIEW app.totals; $revisions[8][1]; $revisions[7][1]";
$revisions[8][2] = "DROP VIEW app.totals; $revisions[8][2]; $revisions[7][1]";

sub literal { my ($text) = @_; $text =~ s/'/''/g; return "'$text'" }

sub create
{
	my ($database) = @_;
	$node->safe_psql('postgres', "CREATE DATABASE $database");
	query($database, 'CREATE EXTENSION schemamig');
	for (@revisions)
	{
		my ($id, $up, $down, $head) = @$_;
		query($database, "SELECT schemamig.revision('$id', " . literal($up) . ', ' . literal($down) . ", rev_id => '$id'"
			. ($head ? ", head => '$head', splice => true" : '') . ')');
	}
	return;
}

$node->safe_psql('postgres', 'CREATE ROLE reader');
create($_) for qw(members base middle);
my %state = ('base' => schema('members'));
for my $target (qw(r05 m01 heads))
{
	query('members', "CALL schemamig.migrate('$target')");
	$state{$target} = schema('members');
}
query('members', "CALL schemamig.migrate('base', 'downgrade')");
is(schema('members'), $state{base}, 'the revisions undo what they do');

# From base.  Beside that, one that was made where everything is applied
is(query('base', q(SELECT schemamig.squash('base', 'heads', 'all', rev_id => 'all1'))), 'all1', 'all of it is squashed');
is(schema('base'), $state{base}, 'which leaves nothing behind');
query('base', q(CALL schemamig.migrate('heads')));
is(query('base', q(SELECT string_agg(revision, ' ') FROM schemamig.run_step WHERE direction = 'upgrade')), 'all1', 'one step');
is(schema('base'), $state{heads}, 'makes what all revisions make');
is(query('base', q(SELECT schemamig.squash('base', 'heads', 'all', rev_id => 'all2'))), 'all2', 'it is squashed where it is applied');
is(query('base', q(SELECT count(DISTINCT (upgrade, downgrade)) FROM schemamig.squash)), 1, 'with the same scripts');
is(schema('base'), $state{heads}, 'and nothing is changed');
query('base', q(CALL schemamig.migrate('m01', 'downgrade')));
is(schema('base'), $state{m01}, 'revisions undo a part of what the squash has made');
query('base', q(CALL schemamig.migrate('heads'); CALL schemamig.migrate('base', 'downgrade')));
is(query('base', q(SELECT count(*) FROM schemamig.run_step WHERE direction = 'downgrade' AND revision = 'all2')), 1, 'the squash undoes all');
is(schema('base'), $state{base}, 'and nothing is left');
is(query('base', 'SELECT count(*) FROM schemamig.validate()'), 0, 'nothing is wrong');

# Each half by itself, where there are rows
is(query('middle', q(SELECT schemamig.squash('base', 'r05', 'one', rev_id => 's1'))), 's1', 'the first half is squashed');
is(query('middle', q(SELECT schemamig.squash('r05', 'm01', 'two', rev_id => 's2'))), 's2', 'so are the branches');
is(query('middle', q(SELECT schemamig.squash('m01', 'heads', 'three', rev_id => 's3'))), 's3', 'and what is above them');
for my $target (qw(r05 m01 heads))
{
	query('middle', "CALL schemamig.migrate('$target')");
	is(schema('middle'), $state{$target}, "up to $target the state is that of the revisions");
	query('middle', q(INSERT INTO app.users (name) VALUES ('first'))) if $target eq 'r05';
	query('middle', q(INSERT INTO app.orders (user_id, total) VALUES (1, 2.5))) if $target eq 'm01';
}
is(query('middle', q(SELECT name, o.total, t.total FROM app.users u JOIN app.orders o ON o.user_id = u.id JOIN app.totals t USING (name))),
	'first|2.50|2.50', 'rows are kept');
is(query('middle', q(SELECT string_agg(revision, ' ' ORDER BY run) FROM schemamig.run_step WHERE direction = 'upgrade')), 's1 s2 s3', 'by the squashes');
for my $target (qw(m01 r05 base))
{
	query('middle', "CALL schemamig.migrate('$target', 'downgrade')");
	is(schema('middle'), $state{$target}, "down to $target, too");
}
is(query('middle', q(SELECT string_agg(revision, ' ' ORDER BY run) FROM schemamig.run_step WHERE direction = 'downgrade')), 's3 s2 s1', 'by the squashes');

# Files carry all of it into another database
my $folder = abs_path($PostgreSQL::Test::Utils::tmp_check) . '/squash_files';
query('middle', "SELECT schemamig.export('$folder')");
$node->safe_psql('postgres', 'CREATE DATABASE loaded');
query('loaded', "CREATE EXTENSION schemamig; SELECT schemamig.load('$folder')");
is(query('loaded', "SELECT string_agg(DISTINCT action, ' ') FROM schemamig.export('$folder')"), 'unchanged', 'the files of the loaded ones are the same');
is(query('loaded', 'SELECT count(*) FROM schemamig.squashes() WHERE problem IS NULL'), 3, 'the squashes are of use there');
query('loaded', q(CALL schemamig.migrate('heads')));
is(query('loaded', q(SELECT string_agg(revision, ' ' ORDER BY step) FROM schemamig.run_step)), 's1 s2 s3', 'and are used');
is(schema('loaded'), $state{heads}, 'with the same result');

# A script for psql, for a database without the extension
$node->safe_psql('postgres', 'CREATE DATABASE offline');
query('offline', "BEGIN;\n" . query('base', q(SELECT schemamig.upgrade_sql('base:heads'))) . "\nCOMMIT;");
is(query('offline', 'TABLE alembic_version'), 'n02', 'the offline script runs');
query('offline', 'DROP TABLE alembic_version; CREATE EXTENSION schemamig');
is(schema('offline'), $state{heads}, 'and makes the same');

# The second half of a run that takes squashes is interrupted
query('loaded', q(CALL schemamig.migrate('base', 'downgrade')));
$node->safe_psql('loaded', 'CREATE TABLE app_blocks (i int)');
query('loaded', q(SELECT schemamig.import_script(replace(schemamig.export_script('s2'), E'\n-- downgrade', E';\nVACUUM public.app_blocks;\nSELECT pg_terminate_backend(pg_backend_pid());\nSELECT 1;\n-- downgrade'))));
$node->psql('loaded', q(CALL schemamig.migrate('heads')));
is(query('loaded', 'SELECT revision FROM schemamig.unfinished'), 's2', 'a squash is half run when its session dies');
is(query('loaded', q(SELECT problem FROM schemamig.validate())), 'half applied', 'which validate() says');
is(query('loaded', q(SELECT revision FROM schemamig.current())), 'r05', 'its revisions are not applied');
query('loaded', q(SELECT schemamig.import_script(replace(schemamig.export_script('s2'), 'SELECT pg_terminate_backend(pg_backend_pid());', ''))));
query('loaded', q(CALL schemamig.migrate('heads')));
query('loaded', 'DROP TABLE app_blocks');
is(schema('loaded'), $state{heads}, 'the next run finishes it');
is(query('loaded', 'SELECT count(*) FROM schemamig.validate()'), 0, 'and nothing is wrong');

$node->stop;
done_testing();
