# Scripts of upgrade_sql() and downgrade_sql(), run by psql on databases without
# the extension: they must lead to the same schema, rows and version rows as the
# run in the server, refuse to start from elsewhere, and leave nothing if they
# fail.

use strict;
use warnings FATAL => 'all';
use feature 'state';

use FindBin;
use IPC::Run;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use Background;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--no-locale' ]);
$node->start;
my $dir = PostgreSQL::Test::Utils::tempdir();

sub query { return $node->safe_psql($_[0], $_[1]) }

sub create_database
{
	my ($name, $template) = @_;
	query('postgres', "CREATE DATABASE $name TEMPLATE " . ($template || 'template0'));
	return;
}

# ---------------------------------------------------------------------------
# Tools

# Writes what a call in a database returns to a file
sub write_script
{
	my ($call, $db) = @_;
	state $n = 0;
	my $file = "$dir/script" . ++$n . ".sql";
	my $err;
	IPC::Run::run([ 'psql', '-XAt', '-d', $node->connstr($db || 'origin'), '-c',
			"SELECT schemamig.$call" ], '>', $file, '2>', \$err);
	die "$call: $err" if $err ne '';
	return $file;
}

# Runs a script as the documentation says
sub run_script
{
	my ($db, $file, @args) = @_;
	my ($out, $err) = ('', '');
	my $ok = IPC::Run::run([ 'psql', '-X', '-1', '-v', 'ON_ERROR_STOP=1', '-d',
			$node->connstr($db), @args, '-f', $file ], '>', \$out, '2>', \$err);
	return ($ok, $err);
}

# What a call returns runs on a database
sub applies
{
	my ($db, $call, @args) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my ($ok, $err) = run_script($db, write_script($call), @args);
	is($err =~ s/^.*NOTICE: .* "alembic_version" already exists, skipping\n//mr,
		'', "$call runs on $db");
	return;
}

# All that there is in a database, schema and rows, without what the two kinds
# of database differ in
sub dump_of
{
	my ($db) = @_;
	my $out;
	IPC::Run::run([ 'pg_dump', '-N', 'schemamig', '-T', 'public.alembic_version',
			'-d', $node->connstr($db) ], '>', \$out)
	  or die "pg_dump of $db";
	$out =~ s/^(--.*|\s*|\\(un)?restrict .*|.* EXTENSION .*)\n//mg;
	return $out;
}

# The same of a whole database
sub whole_dump
{
	my ($db) = @_;
	my $out;
	IPC::Run::run([ 'pg_dump', '-d', $node->connstr($db) ], '>', \$out) or die "pg_dump of $db";
	$out =~ s/^\\(un)?restrict .*\n//mg;
	return $out;
}

# What the table of versions holds, and what it should
sub version_rows
{
	my ($db) = @_;
	return query($db, q(SELECT version_num FROM alembic_version ORDER BY version_num COLLATE "C"));
}

sub expected_rows
{
	my ($db) = @_;
	return query($db, q(SELECT revision FROM schemamig.version WHERE tenant = '' ORDER BY revision));
}

# A script that fails, and what is there after it is what was there before
sub fails_like
{
	my ($db, $file, $pattern, $name, @args) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $before = whole_dump($db);
	my ($ok, $err) = run_script($db, $file, @args);
	ok(!$ok, "$name: it fails");
	like($err, $pattern, "$name: why");
	is(whole_dump($db), $before, "$name: nothing is changed");
	return;
}

# ---------------------------------------------------------------------------
# The revisions: two in a row, two branches, a merge, and names that need care

query('postgres', 'CREATE ROLE maker');
create_database('origin');
query('origin', <<'SQL');
SET client_min_messages = warning;
CREATE EXTENSION schemamig;

SELECT schemamig.revision('tables; and a \! comment', $script$
-- the tables; with a semicolon in a comment
CREATE TABLE person (id serial PRIMARY KEY, name text DEFAULT 'a\b; -- c' NOT NULL);;
CREATE INDEX ON person (name);	/* ; */
CREATE FUNCTION greet(text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN 'Hello; ' || $1;	-- :'name' and :"name" stay
END $$;
CREATE FUNCTION twice(i int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT i; SELECT 2 * i; END;
CREATE RULE quiet AS ON DELETE TO person DO INSTEAD (SELECT 1; SELECT 2);
INSERT INTO person (name) VALUES ('O''Hara'), (E'back\\slash\n\\! echo no'), (DEFAULT), ('ünïcödé')
-- no semicolon at the end
$script$, 'DROP TABLE person; DROP FUNCTION greet(text); DROP FUNCTION twice(int)',
	'SELECT count(*) = 4 FROM person -- counted
; SELECT 1, false; SELECT NULL::int; VALUES (true), (true); SELECT true WHERE false', rev_id => 'a1');

SELECT schemamig.revision('settings', $script$
CREATE SCHEMA app;
GRANT ALL ON SCHEMA app TO maker;
SET search_path = app;
SET LOCAL "my.setting" = 'leaked';
SET TIME ZONE 'Asia/Tokyo';
CREATE TABLE inside AS SELECT current_setting('timezone') AS tz, current_setting('my.setting') AS mine;
SET ROLE maker;
CREATE TABLE made_by (who name DEFAULT current_user);
INSERT INTO made_by DEFAULT VALUES
$script$, 'SET search_path = app; DROP TABLE inside, made_by; DROP SCHEMA app', rev_id => 'a2');

SELECT schemamig.revision('left', $script$
CREATE TABLE "left" AS SELECT current_setting('timezone') = 'Asia/Tokyo' AS tz,
	nullif(current_setting('my.setting', true), '') AS mine, current_user = 'maker' AS made;
$script$, 'DROP TABLE "left"', rev_id => 'l1', branch_labels => '{links}');
SELECT schemamig.revision('right', 'ALTER TABLE person ADD age int; CREATE TABLE rechts (i int)',
	'DROP TABLE rechts; ALTER TABLE person DROP age', rev_id => 'r1', head => '{a2}', splice => true,
	branch_labels => '{rechts}');
SELECT schemamig.revision('more of it', 'ALTER TABLE rechts ADD j int', 'ALTER TABLE rechts DROP j', rev_id => 'r2', head => '{r1}');
SELECT schemamig.merge('{l1,r2}', rev_id => 'm1', message => 'both' || chr(10) || '\! echo no');
SELECT schemamig.revision('names', 'CREATE VIEW seen AS SELECT greet(name) FROM person', 'DROP VIEW seen',
	rev_id => 'it''s a "quoted" \name of more than thirty two');
SELECT schemamig.revision('a dependency', 'CREATE TABLE base2 (i int)', 'DROP TABLE base2',
	rev_id => 'x1', head => '{base}', depends_on => '{r2}');
SQL
my $long = q(it's a "quoted" \name of more than thirty two);
my $long_sql = q('it''s a "quoted" \name of more than thirty two');
my $origin = whole_dump('origin');

# ---------------------------------------------------------------------------
# Upwards and downwards in pieces, with the run in the server beside it

create_database('online', 'origin');
create_database('offline');
my $empty = dump_of('offline');

# One range on both; the range is what stands between the two states
sub both
{
	my ($direction, $target, $call) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	query('online', "SELECT schemamig.$direction('" . ($target =~ s/'/''/gr) . "')");
	applies('offline', $call);
	is(version_rows('offline'), expected_rows('online'), "$call: version rows");
	is(dump_of('offline'), dump_of('online'), "$call: schema and rows");
	return;
}

both('upgrade', 'a1', "upgrade_sql('a1')");
is(version_rows('offline'), 'a1', 'the first version');
is(query('offline', q(SELECT format_type(atttypid, atttypmod), attnotnull, conname, contype
	FROM pg_attribute JOIN pg_constraint ON conrelid = attrelid AND contype = 'p'
	WHERE attrelid = 'public.alembic_version'::regclass AND attnum > 0)),
	'character varying(45)|t|alembic_version_pkc|p',
	'the table is that of Alembic, as wide as the longest identifier');
both('upgrade', 'a2', "upgrade_sql('a1:a2')");
is(query('offline', 'SELECT * FROM app.inside'), 'Asia/Tokyo|leaked', 'settings hold in their script');
is(query('offline', 'SELECT who, tableowner FROM app.made_by, pg_tables WHERE tablename = \'made_by\''),
	'maker|maker', 'and so does a role');
both('upgrade', 'l1', "upgrade_sql('a2:l1')");
is(query('offline', 'SELECT * FROM public."left"'), 'f||f', 'but not in the next one');
both('upgrade', 'r2', "upgrade_sql('l1:r2')");
is(version_rows('offline'), "l1\nr2", 'two branches, two versions');

# "current" is that of the database where it is called
{
	my $file = write_script("upgrade_sql('current:m1')", 'online');
	query('online', "SELECT schemamig.upgrade('m1')");
	my ($ok, $err) = run_script('offline', $file);
	ok($ok, 'from two versions to the merge of them') or diag($err);
	is(version_rows('offline'), 'm1', 'which is one version');
	is(dump_of('offline'), dump_of('online'), 'and the same schema');
}
both('upgrade', $long, "upgrade_sql('m1:' || $long_sql)");
is(version_rows('offline'), $long, 'a long name with quotes');
both('upgrade', 'x1', "upgrade_sql($long_sql || ':x1')");
is(version_rows('offline'), "$long\nx1", 'a second base');
is(query('offline', "SELECT * FROM seen ORDER BY 1 LIMIT 1"), 'Hello; O\'Hara', 'the functions work');

# down again, piece by piece, to nothing
{
	my $file = write_script("downgrade_sql('heads:x1\@base')");
	query('online', "SELECT schemamig.downgrade('x1\@base')");
	my ($ok, $err) = run_script('offline', $file);
	ok($ok, 'down from a second base') or diag($err);
	is(version_rows('offline'), $long, 'the other one stays');
	is(dump_of('offline'), dump_of('online'), 'the same schema without it');
}
both('downgrade', 'm1', "downgrade_sql($long_sql || ':m1')");
{
	my $file = write_script("downgrade_sql('m1:l1\@a2')");
	query('online', "SELECT schemamig.downgrade('l1\@a2')");
	my ($ok, $err) = run_script('offline', $file);
	ok($ok, 'down on one branch only') or diag($err);
	is(version_rows('offline'), 'r2', 'the other one stays');
	is(dump_of('offline'), dump_of('online'), 'the same schema with one branch');
}
both('downgrade', 'a2', "downgrade_sql('r2:a2')");
both('downgrade', 'base', "downgrade_sql('a2:base')");
is(version_rows('offline'), '', 'no version is left');
is(dump_of('offline'), $empty, 'nothing is left at all');
both('upgrade', 'heads', "upgrade_sql('heads')");
both('downgrade', 'base', "downgrade_sql('heads:base')");
is(dump_of('offline'), $empty, 'nothing is left after all at once');
is(query('offline', "SELECT count(*) FROM pg_tables WHERE schemaname IN ('public', 'app')"), 1,
	'but the table of versions');

# ---------------------------------------------------------------------------
# Where it does not start

create_database('elsewhere');
my $not_there = qr/ERROR:  this database is not where the script starts\n/;
my $first = write_script("upgrade_sql('a1')");
my $second = write_script("upgrade_sql('a1:a2')");
my $third = write_script("upgrade_sql('a2:l1')");
my $branches = write_script("upgrade_sql('l1:r2')");
my $down = write_script("downgrade_sql('a2:a1')");

fails_like('elsewhere', $second, qr/${not_there}DETAIL:  The script starts from "a1"\.$/m,
	'an empty database');
fails_like('elsewhere', $down, qr/${not_there}DETAIL:  The script starts from "a2"\.$/m,
	'down from nothing');
ok((run_script('elsewhere', $first))[0], 'the first script');
fails_like('elsewhere', $first, qr/${not_there}DETAIL:  The script starts from base\.$/m,
	'the same script again');
fails_like('elsewhere', $third, qr/${not_there}DETAIL:  The script starts from "a2"\.$/m,
	'a script left out');
fails_like('elsewhere', $down, $not_there, 'down from where it is not');
ok((run_script('elsewhere', $second))[0], 'the second script');
fails_like('elsewhere', $second, $not_there, 'the second script again');
query('elsewhere', "INSERT INTO alembic_version VALUES ('zzz')");
fails_like('elsewhere', $third, $not_there, 'one version too many');
query('elsewhere', "DELETE FROM alembic_version");
fails_like('elsewhere', $third, $not_there, 'no version');
query('elsewhere', "INSERT INTO alembic_version VALUES ('a2')");
ok((run_script('elsewhere', $third))[0], 'the third script');
ok((run_script('elsewhere', $down))[0] == 0, 'down from too low');
ok((run_script('elsewhere', $branches))[0], 'the other branch');
fails_like('elsewhere', $branches, $not_there, 'the other branch again');

# two at the same time: the second waits for the first, and finds it has run
{
	create_database('twice');
	query('twice', 'CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)');
	my $holder = Background->new($node,
		"BEGIN; LOCK TABLE alembic_version IN SHARE ROW EXCLUSIVE MODE; SELECT 'locked';", dbname => 'twice');
	$holder->wait_for(qr/locked/);
	my @both = map {
		my $err = '';
		my $run = IPC::Run::start([ 'psql', '-X', '-1', '-v', 'ON_ERROR_STOP=1', '-d',
				$node->connstr('twice'), '-f', $first ], '>', '/dev/null', '2>', \$err);
		[ $run, \$err ]
	} 1 .. 2;
	$node->poll_query_until('postgres', q(SELECT count(*) = 2 FROM pg_locks
		WHERE NOT granted AND mode = 'ShareRowExclusiveLock')) or die 'nobody waits';
	$holder->finish;
	$_->[0]->finish for @both;
	my @failed = grep { $_->[0]->result(0) != 0 } @both;
	is(scalar @failed, 1, 'of two scripts at the same time one is refused');
	like(${ $failed[0][1] }, $not_there, 'because the other one has run') if @failed;
	is(version_rows('twice'), 'a1', 'and one has run');
}

# ---------------------------------------------------------------------------
# A table of versions that is there already, as narrow as Alembic makes it

create_database('narrow');
query('narrow', 'CREATE TABLE alembic_version (version_num varchar(32) NOT NULL,
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))');
applies('narrow', "upgrade_sql('heads')");
is(version_rows('narrow'), "$long\nx1", 'a narrow column is widened');
is(query('narrow', q(SELECT to_regclass('public.seen'))), 'seen', 'and the revisions are there');

# ---------------------------------------------------------------------------
# Statements that fail

create_database('broken', 'origin');
query('broken', <<'SQL');
SET client_min_messages = warning;
SELECT schemamig.revision('works', 'CREATE TABLE works (i int)', 'DROP TABLE works', rev_id => 'b1', head => '{base}');
SELECT schemamig.revision('fails', 'CREATE TABLE half (i int); INSERT INTO nowhere VALUES (1); CREATE TABLE never (i int)',
	'SELECT 1/0', rev_id => 'b2', head => '{b1}');
SELECT schemamig.revision('false', 'CREATE TABLE checked (b boolean); INSERT INTO checked VALUES (true), (false), (NULL)', '',
	'SELECT b FROM checked', rev_id => 'false', head => '{b1}', splice => true);
SELECT schemamig.revision('null', 'CREATE TABLE checked (i int)', '',
	'SELECT max(i) > 0 FROM checked', rev_id => 'null', head => '{b1}', splice => true);
SELECT schemamig.revision('an error', 'CREATE TABLE checked (i int)', '', 'SELECT 1, 1/i FROM (VALUES (1), (0)) v(i)',
	rev_id => 'error', head => '{b1}', splice => true);
SELECT schemamig.revision('another row', 'CREATE TABLE checked (i int)', '', 'VALUES (true), (false); CREATE TABLE after_it (i int)',
	rev_id => 'values', head => '{b1}', splice => true);
SELECT schemamig.revision('raises', 'CREATE TABLE checked (i int)', '', $$DO 'BEGIN RAISE EXCEPTION ''no''; END'$$,
	rev_id => 'raises', head => '{b1}', splice => true);
SELECT schemamig.revision('good', $script$
CREATE TABLE checked (i int);
CREATE FUNCTION is_fine() RETURNS void LANGUAGE plpgsql AS 'BEGIN END'$script$,
	'DROP FUNCTION is_fine(); DROP TABLE checked', $script$
SELECT is_fine();
SELECT false AS ok, 1 AS v; SELECT false AS v, 1 AS s; SELECT false AS s, 1 AS s, 2 AS s;
SELECT 'false'; SELECT 'f'::text; SELECT 0; SELECT FROM checked; SELECT; SELECT i > 0 FROM checked;
SELECT 1 AS a, false AS a; TABLE checked; VALUES (1, false);
SELECT ROW(false); SELECT to_jsonb(false); SELECT ARRAY[false];
WITH w AS (SELECT true) SELECT * FROM w;
SELECT true UNION SELECT true ORDER BY 1 LIMIT 1;
CREATE TABLE of_verify (i int); DROP TABLE of_verify
$script$, rev_id => 'good', head => '{b1}', splice => true);
SELECT schemamig.revision('sets', 'CREATE SCHEMA app; SET search_path = app; CREATE TABLE there (i int)', 'DROP SCHEMA app CASCADE',
	'SELECT count(*) = 0 FROM there', rev_id => 'sets', head => '{b1}', splice => true);
SELECT schemamig.revision('sets in the verification', 'CREATE SCHEMA app; CREATE TABLE app.there (i int)', 'DROP SCHEMA app CASCADE',
	'SET search_path = app; SELECT count(*) = 0 FROM there', rev_id => 'sets1', head => '{b1}', splice => true);
SELECT schemamig.revision('after it', 'CREATE TABLE here (i int)', 'DROP TABLE here', rev_id => 'sets2', head => '{sets1}', splice => true);
SQL
create_database('target');
fails_like('target', write_script("upgrade_sql('b2')", 'broken'),
	qr/ERROR:  relation "nowhere" does not exist/, 'a statement that fails');
for my $case (
	[ 'false', 'false', '2 rows' ], [ 'null', 'null', '1 rows' ], [ 'values', 'one of two rows', '1 rows' ])
{
	my ($rev, $what, $rows) = @$case;
	fails_like('target', write_script("upgrade_sql('$rev')", 'broken'),
		qr/ERROR: .*"verification of revision $rev failed in $rows"/, "a verification that is $what");
}
fails_like('target', write_script("upgrade_sql('raises')", 'broken'), qr/ERROR:  no$/m,
	'a verification that raises');
fails_like('target', write_script("upgrade_sql('error')", 'broken'), qr/ERROR:  division by zero/,
	'a verification with an error in another column');
for my $rev (qw(good sets sets2))
{
	create_database("target_$rev");
	create_database("online_$rev", 'broken');
	query("online_$rev", "SELECT schemamig.upgrade('$rev')");
	my ($ok, $err) = run_script("target_$rev", write_script("upgrade_sql('$rev')", 'broken'));
	ok($ok, "verification '$rev' passes as it does in the server") or diag($err);
	is(dump_of("target_$rev"), dump_of("online_$rev"), "and '$rev' makes the same schema");
}

# a downgrade that fails; the rest of it stays too
create_database('down');
ok((run_script('down', write_script("upgrade_sql('b1')", 'broken')))[0], 'up, so as to go down');
query('down', "UPDATE alembic_version SET version_num = 'b2'");
fails_like('down', write_script("downgrade_sql('b2:base')", 'broken'),
	qr/ERROR:  division by zero/, 'a downgrade that fails');

# without ON_ERROR_STOP too nothing is left
{
	create_database('careless');
	my $before = whole_dump('careless');
	my $err;
	IPC::Run::run([ 'psql', '-X', '-1', '-d', $node->connstr('careless'), '-f',
			write_script("upgrade_sql('b2')", 'broken') ], '>', '/dev/null', '2>', \$err);
	like($err, qr/relation "nowhere" does not exist/, 'without ON_ERROR_STOP it fails too');
	is(whole_dump('careless'), $before, 'and leaves nothing');
}

# ---------------------------------------------------------------------------
# Variables

create_database('variables', 'origin');
query('variables', <<'SQL');
SET client_min_messages = warning;
SELECT schemamig.revision('variables', $script$
-- :'value' in a comment
CREATE TABLE :"table" (value text DEFAULT :'value', kept text DEFAULT ':''value'' :"table"');
INSERT INTO :"table" DEFAULT VALUES;
CREATE FUNCTION body() RETURNS text LANGUAGE sql AS $$ SELECT ':''value''' $$;
INSERT INTO :"table" SELECT (ARRAY['a', 'b', 'c'])[2:3]::text
$script$, 'DROP TABLE :"table"; DROP FUNCTION body()', 'SELECT count(*) = 2 FROM :"table" WHERE value IN (:''value'', ''{b,c}'')',
	rev_id => 'v1', head => '{base}');
SQL
my $table = q(a "table"; name);
my $value = q(it's \ :'table' :"table" $$ ; --);
my $json = q({"table": "a \\"table\\"; name", "value": "it's \\\\ :'table' :\\"table\\" $$ ; --"});
my $json_sql = q(') . ($json =~ s/'/''/gr) . q(');

my $left = write_script("upgrade_sql('v1')", 'variables');
my $given = write_script("upgrade_sql('v1', $json_sql)", 'variables');
create_database($_) for qw(var_left var_given);
create_database('var_online', 'variables');
query('var_online', "SELECT schemamig.upgrade('v1', variables => $json_sql)");
is(query('var_online', q(SELECT count(*) FROM "a ""table""; name")), 2, 'the variables in the server');

my @args = ('-v', "table=$table", '-v', "value=$value");
fails_like('var_left', $left, qr/ERROR:  syntax error at or near ":"/, 'variables that psql does not have');
fails_like('var_left', $left, qr/ERROR:  syntax error at or near ":"/, 'one of two variables', '-v', 'table=x');
for my $case ([ 'var_left', $left, @args ], [ 'var_given', $given ])
{
	my ($db, @run) = @$case;
	my ($ok, $err) = run_script($db, @run);
	ok($ok, "$db: the script runs") or diag($err);
	is(dump_of($db), dump_of('var_online'), "$db: the same schema and rows");
	is(version_rows($db), 'v1', "$db: the version");
}

# and down
query('var_online', "SELECT schemamig.downgrade('base', variables => $json_sql)");
for my $case (
	[ 'var_left', write_script("downgrade_sql('v1:base')", 'variables'), @args ],
	[ 'var_given', write_script("downgrade_sql('v1:base', $json_sql)", 'variables') ])
{
	my ($db, @run) = @$case;
	my ($ok, $err) = run_script($db, @run);
	ok($ok, "$db: the script runs down") or diag($err);
	is(dump_of($db), dump_of('var_online'), "$db: the same schema");
	is(version_rows($db), '', "$db: no version");
}

# what was given is not looked at by psql any more
{
	my ($ok, $err) = run_script('var_given', $given, '-v', 'table=other', '-v', 'value=other');
	ok($ok, 'a variable of the same name in psql') or diag($err);
	is(query('var_given', q(SELECT count(*) FROM "a ""table""; name")), 2, 'does not matter');
}

# ---------------------------------------------------------------------------
# Other settings of the database where the script runs

create_database('settings');
query('postgres', $_) for (
	'ALTER DATABASE settings SET search_path = \'\'',
	'ALTER DATABASE settings SET default_transaction_isolation = serializable',
	"ALTER DATABASE settings SET datestyle = 'German'",
	'ALTER DATABASE settings SET quote_all_identifiers = on');
query('settings', 'CREATE SCHEMA mine; CREATE TABLE mine.alembic_version (version_num int)');
create_database('qualified', 'origin');
query('qualified', <<'SQL');
SELECT schemamig.revision('qualified', $$CREATE TABLE public.t (s text DEFAULT 'a\b')$$, 'DROP TABLE public.t',
	'SELECT count(*) = 0 FROM public.t', rev_id => 'q1', head => '{base}');
SQL
{
	my $up = write_script("upgrade_sql('q1')", 'qualified');
	my $q_down = write_script("downgrade_sql('q1:base')", 'qualified');
	for my $path ("''", 'mine', '"$user", mine, public', 'pg_temp, mine')
	{
		query('postgres', "ALTER DATABASE settings SET search_path = $path");
		my ($ok, $err) = run_script('settings', $up);
		ok($ok, "it runs with search_path = $path") or diag($err);
		is(query('settings', 'SELECT version_num FROM public.alembic_version'), 'q1',
			"and writes to the right table with search_path = $path");
		($ok, $err) = run_script('settings', $q_down);
		ok($ok, "and down with search_path = $path") or diag($err);
	}
	query('postgres', 'ALTER DATABASE settings SET standard_conforming_strings = off');
	my ($ok, $err) = run_script('settings', $up);
	ok($ok, 'it runs with standard_conforming_strings = off') or diag($err);
	is(query('settings', 'INSERT INTO public.t DEFAULT VALUES RETURNING s = $$a$$ || chr(92) || $$b$$'),
		't', 'and the strings mean the same');
}

# ---------------------------------------------------------------------------
# psql follows settings that change how it reads what comes next: a text that is
# a string for the server must not become a command for psql.

create_database('shell');
query('shell', 'CREATE EXTENSION schemamig');
{
	my $n = 0;
	for my $trick (
		[ 'standard_conforming_strings', 'off', q('a\\') ],
		[ 'client_encoding', 'SJIS', q('Ã') ],	# its last byte begins a character of SJIS
	  )
	{
		my ($setting, $value, $string) = @$trick;
		my $id = 'shell' . ++$n;
		query('shell', "SELECT schemamig.revision('$setting', \$s\$SELECT set_config('$setting', '$value', false);
			SELECT $string || '\\! touch $dir/$id
				'; CREATE TABLE $id ()\$s\$, rev_id => '$id')");
		my ($ok, $err) = run_script('shell', write_script('upgrade_sql(\'' . ($n > 1 ? 'shell' . ($n - 1) : 'base') . ":$id')", 'shell'));
		ok($ok, "a string with a backslash after $setting = $value") or diag($err);
		ok(!-e "$dir/$id", 'no command of the shell was run');
		is(query('shell', "SELECT to_regclass('$id')"), $id, 'but the rest of the script');
	}
}

# ---------------------------------------------------------------------------

is(whole_dump('origin'), $origin, 'writing scripts has changed nothing where they come from');
is(query('origin', 'SELECT count(*) FROM schemamig.validate()'), 0, 'and nothing is wrong there');
is(query('online', 'SELECT count(*) FROM schemamig.validate()'), 0, 'nor where they were run');

$node->stop;
done_testing();
