# Dump and restore: every way must bring back all tables and sequences of
# schemamig, and upgrade and downgrade go on from where the database was.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--no-locale' ]);
$node->append_conf('postgresql.conf', "timezone = 'UTC'");
$node->start;
my $dir = PostgreSQL::Test::Utils::tempdir;

# A graph with everything in it, some of it applied, some undone, some edited,
# and texts that are not the same bytes in every encoding
$node->safe_psql('postgres', 'CREATE DATABASE origin');
$node->safe_psql('origin', <<'SQL');
SET client_encoding = 'UTF8';
SET client_min_messages = warning;
CREATE ROLE author;
CREATE ROLE backup LOGIN;
CREATE EXTENSION schemamig;
GRANT USAGE ON SCHEMA schemamig TO author;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA schemamig TO author;
CREATE TABLE log (line text);
GRANT ALL ON log TO author;
CREATE FUNCTION note(jsonb) RETURNS void LANGUAGE sql AS 'INSERT INTO log VALUES ($1->>''revision'')';
SELECT schemamig.register_hook('after_step', 'note(jsonb)');
SELECT schemamig.repeatable('empty', 'SELECT 1', depends_on => '{other}');
SELECT schemamig.revision('Bücher', $$-- Übersicht über Bücher
CREATE TABLE "Bücher" (i int PRIMARY KEY, "Größe" text DEFAULT 'groß')$$, 'DROP TABLE "Bücher"', 'SELECT count(*) = 0 FROM "Bücher"', rev_id => 'a1');
SELECT schemamig.revision('rows', $$INSERT INTO "Bücher" VALUES (1, 'été')$$, 'DELETE FROM "Bücher"', rev_id => 'b1');
SELECT schemamig.revision('branch', 'CREATE TABLE branch (i int REFERENCES "Bücher")', 'DROP TABLE branch',
	rev_id => 'c1', head => '{a1}', splice => true, branch_labels => '{zweig,"Zweig ü"}');
SELECT schemamig.merge('{b1,c1}', rev_id => 'm1');
SELECT schemamig.revision('another base', 'CREATE TABLE base2 (i int)', 'DROP TABLE base2', rev_id => 'x1', head => '{base}', depends_on => '{b1}');
SELECT schemamig.revision('pending', 'ALTER TABLE "Bücher" ADD später int', 'ALTER TABLE "Bücher" DROP später', rev_id => 'n1', head => '{m1}');
SELECT schemamig.revision('gone', rev_id => 'g1', head => '{n1}');
SELECT schemamig.drop_revision('g1');
SET ROLE author;
SELECT schemamig.revision('by another', $$SELECT 'x'$$, '', rev_id => 'o1', head => '{n1}');
SELECT schemamig.edit('o1', upgrade => $$SELECT 'é'$$);
RESET ROLE;
SELECT schemamig.approve('o1');
CREATE TABLE divisor (i int);
INSERT INTO divisor VALUES (0);
SELECT schemamig.revision('in two pieces', $$CREATE TYPE pieces AS ENUM ('a'); ALTER TYPE pieces ADD VALUE 'b'; SELECT 1 / i FROM public.divisor$$,
	'DROP TYPE pieces', rev_id => 'p1', head => '{o1}');
SELECT schemamig.upgrade('n1');
SELECT schemamig.downgrade('m1');
SELECT schemamig.upgrade('x1');
SELECT schemamig.import_script(E'-- revision: sq\n-- replaces: a1, b1\n-- message: Bücher\n-- upgrade\nCREATE TABLE "Bücher" (i int PRIMARY KEY, "Größe" text DEFAULT ''groß''); INSERT INTO "Bücher" VALUES (1, ''été'')');
CREATE SCHEMA "Mandant ü";
CREATE SCHEMA stamped;
SELECT schemamig.upgrade('b1', tenant => 'Mandant ü');
SELECT schemamig.stamp('m1', tenant => 'stamped');
SELECT schemamig.stamp('heads', tenant => 'stamped');
SELECT schemamig.stamp('c1', tenant => 'stamped', purge => true);
INSERT INTO schemamig.model VALUES ('Modell', 'CREATE TABLE m (i int)', now(), 'author');
SQL

# A tenant that is in the middle of a revision
my (undef, undef, $half_error) = $node->psql('origin', <<'SQL');
CREATE SCHEMA half;
SELECT schemamig.stamp('o1', tenant => 'half');
CALL schemamig.migrate('p1', tenant => 'half');
SQL
like($half_error, qr/division by zero.*are committed: 2 of 3\./s, 'a revision is half applied');
$node->safe_psql('origin', 'UPDATE divisor SET i = 1');

# All that schemamig has stored, as text; times only as to whether they are there,
# and at the end the answers of the functions
my $content_sql = <<'SQL';
SET client_encoding = 'UTF8';
SELECT * FROM schemamig.revision ORDER BY revision;
SELECT * FROM schemamig.revision_edge ORDER BY revision, kind, ordinal;
SELECT * FROM schemamig.squash ORDER BY squash;
SELECT squash, problem FROM schemamig.squashes();
SELECT * FROM schemamig.applied ORDER BY tenant, revision;
SELECT * FROM schemamig.tenant ORDER BY tenant;
SELECT * FROM schemamig.run ORDER BY run;
SELECT * FROM schemamig.run_step ORDER BY run, step;
SELECT * FROM schemamig.hook ORDER BY event, function;
SELECT * FROM schemamig.repeatable ORDER BY name;
SELECT * FROM schemamig.repeatable_applied ORDER BY tenant, name;
SELECT * FROM schemamig.unfinished ORDER BY tenant;
SELECT * FROM schemamig.model ORDER BY name;
SELECT * FROM schemamig.revision_ordinal_seq;
SELECT * FROM schemamig.run_run_seq;
SELECT * FROM schemamig.current();
SELECT * FROM schemamig.current('Mandant ü');
SELECT * FROM schemamig.history();
SELECT * FROM schemamig.tenants ORDER BY tenant COLLATE "C";
SELECT * FROM schemamig.graph();
SQL
$content_sql =~ s/SELECT \* FROM (schemamig\.\w+_seq)/SELECT last_value, is_called FROM $1/g;
my $content = $node->safe_psql('origin', $content_sql);

# Every table of the extension is in that list, so that a new one is not forgotten;
# what can be made again at any time is not dumped.
foreach my $relation (split /\n/, $node->safe_psql('origin',
	"SELECT relname FROM pg_class WHERE relnamespace = 'schemamig'::regnamespace AND relkind IN ('r', 'S') AND relname <> 'model_snapshot' ORDER BY 1"))
{
	like($content_sql, qr/schemamig\.$relation\b/, "$relation is compared");
}
isnt($node->safe_psql('origin', "SELECT count(*) FROM schemamig.$_"), '0', "$_ has rows")
  foreach qw(revision revision_edge applied tenant run run_step hook unfinished model repeatable);

# What a restored database must do, whatever its encoding
sub check_database
{
	my ($db, $what) = @_;
	my $quiet = "SET client_encoding = 'UTF8'; SET client_min_messages = warning;";

	is($node->safe_psql($db, $content_sql), $content, "$what: all is there");
	is($node->safe_psql($db, 'SELECT problem, revision, tenant FROM schemamig.validate()'), 'half applied|p1|half',
		"$what: nothing is wrong, but a revision is half applied");
	is($node->safe_psql($db, "$quiet CALL schemamig.migrate('p1', tenant => 'half'); SELECT string_agg(e::text, '') FROM unnest(enum_range(NULL::half.pieces)) e"),
		'ab', "$what: a run goes on with it");
	is($node->safe_psql($db, 'SELECT * FROM schemamig.validate()'), '', "$what: nothing is wrong then");
	is($node->safe_psql($db, "$quiet SELECT string_agg(revision, ' ') FROM schemamig.upgrade('heads')"),
		'n1 o1 p1 empty', "$what: the upgrade goes on");
	is($node->safe_psql($db, "$quiet SELECT string_agg(revision, ' ') FROM schemamig.upgrade('heads', tenant => 'Mandant ü')"),
		'c1 m1 x1 n1 o1 p1 empty', "$what: so does a tenant's");
	is($node->safe_psql($db, "$quiet SELECT schemamig.revision('new', '', '', rev_id => 'new1', head => '{p1}');
			SELECT ordinal = (SELECT max(ordinal) FROM schemamig.revision) FROM schemamig.revision WHERE revision = 'new1'"),
		"new1\nt", "$what: a new revision is the newest");
	is($node->safe_psql($db, "$quiet SELECT string_agg(revision, ' ') FROM schemamig.downgrade('base')"),
		'p1 o1 n1 x1 m1 c1 b1 a1', "$what: the downgrade goes back to the base");
	is($node->safe_psql($db, "$quiet SELECT string_agg(revision, ' ') FROM schemamig.upgrade('b1'); TABLE \"Bücher\""),
		"sq\n1|été", "$what: and up again");
	is($node->safe_psql($db, 'SELECT * FROM schemamig.validate()'), '', "$what: nothing is wrong then");
	return;
}

sub dump_to
{
	my ($file, @options) = @_;

	$node->command_ok([ 'pg_dump', '--file' => "$dir/$file", '--no-sync', @options, 'origin' ], "pg_dump $file");
	return;
}

sub create_database
{
	my ($db, $options) = @_;

	$node->safe_psql('postgres', "CREATE DATABASE $db TEMPLATE template0 LOCALE 'C' " . ($options || "ENCODING 'UTF8'"));
	return;
}

sub restore_with_psql
{
	my ($db, @files) = @_;

	$node->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-d', $db, map { ('-f', "$dir/$_") } @files ],
		"psql < @files");
	return;
}

# plain text
dump_to('plain.sql');
create_database('plain');
restore_with_psql('plain', 'plain.sql');
check_database('plain', 'plain text');

# INSERTs, over a database that has something else
dump_to('inserts.sql', '--inserts', '--clean', '--if-exists');
create_database('inserts');
$node->safe_psql('inserts', "CREATE EXTENSION schemamig; SELECT schemamig.revision('other', rev_id => 'a1')");
restore_with_psql('inserts', 'inserts.sql');
check_database('inserts', 'INSERTs');

# the sections one by one
dump_to("$_.sql", "--section=$_") foreach qw(pre-data data post-data);
create_database('sections');
restore_with_psql('sections', 'pre-data.sql', 'data.sql', 'post-data.sql');
check_database('sections', 'sections');

# schema and data apart
dump_to('schema.sql', '--schema-only');
dump_to('data-only.sql', '--data-only');
create_database('apart');
restore_with_psql('apart', 'schema.sql');
is($node->safe_psql('apart', 'SELECT count(*) FROM schemamig.revision'), '0', 'schema only: no revisions');
restore_with_psql('apart', 'data-only.sql');
check_database('apart', 'schema and data apart');

# custom format, in parallel, and through a list of contents
dump_to('custom.dump', '--format=custom');
create_database('custom');
$node->command_ok([ 'pg_restore', '--exit-on-error', '--jobs=2', '--dbname=custom', "$dir/custom.dump" ], 'pg_restore in parallel');
check_database('custom', 'custom format');

# Parallel jobs load the tables in any order, so no order may matter: here the
# other way round.
{
	my @list = split /\n/, (run_command([ 'pg_restore', '--list', "$dir/custom.dump" ]))[0];
	my @data = grep { $list[$_] =~ /TABLE DATA schemamig / } 0 .. $#list;

	@list[@data] = @list[reverse @data];
	append_to_file("$dir/reversed.list", join("\n", @list) . "\n");
	create_database('reversed');
	$node->command_ok([ 'pg_restore', '--exit-on-error', '--use-list', "$dir/reversed.list", '--dbname=reversed', "$dir/custom.dump" ],
		'pg_restore in reversed order');
	check_database('reversed', 'reversed order');
}

# directory format, dumped in parallel
dump_to('directory.dump', '--format=directory', '--jobs=2');
create_database('directory');
$node->command_ok([ 'pg_restore', '--exit-on-error', '--single-transaction', '--dbname=directory', "$dir/directory.dump" ],
	'pg_restore in one transaction');
check_database('directory', 'directory format');

# Another encoding: the checksums are of the text, not of its bytes there.
foreach my $encoding (qw(LATIN1 WIN1252 LATIN9))
{
	create_database(lc $encoding, "ENCODING '$encoding'");
	restore_with_psql(lc $encoding, 'plain.sql');
	check_database(lc $encoding, $encoding);
}

# from there back to UTF8
$node->safe_psql('postgres', "DROP DATABASE latin1");
create_database('latin1', "ENCODING 'LATIN1'");
restore_with_psql('latin1', 'plain.sql');
$node->command_ok([ 'pg_dump', '--file' => "$dir/latin1.sql", '--no-sync', 'latin1' ], 'pg_dump of a LATIN1 database');
create_database('back');
restore_with_psql('back', 'latin1.sql');
check_database('back', 'LATIN1 and back');

# A role without any other right than those of the documentation
{
	my ($out, $err);

	$node->command_fails_like([ 'pg_dump', '--username=backup', '--no-sync', '--file' => "$dir/refused.sql", 'origin' ],
		qr/permission denied for schema schemamig|permission denied for table/, 'pg_dump by a role without grants is refused');
	$node->safe_psql('origin', <<'SQL');
GRANT USAGE ON SCHEMA schemamig TO backup;
GRANT SELECT ON ALL TABLES IN SCHEMA schemamig TO backup;
GRANT SELECT ON ALL SEQUENCES IN SCHEMA schemamig TO backup;
SQL
	# the application's own tables are not the extension's matter
	$node->safe_psql('origin', <<'SQL');
GRANT USAGE ON SCHEMA "Mandant ü" TO backup;
GRANT SELECT ON ALL TABLES IN SCHEMA public, "Mandant ü" TO backup;
SQL
	dump_to('backup.sql', '--username=backup');
	create_database('backup');
	restore_with_psql('backup', 'backup.sql');
	check_database('backup', 'dumped by an ordinary role');
	is($node->safe_psql('backup', "SELECT has_table_privilege('backup', 'schemamig.revision', 'SELECT') AND NOT has_table_privilege('backup', 'schemamig.revision', 'INSERT')"),
		't', 'the grants are restored too');
}

# What stands for the extension itself is not dumped twice.
unlike(slurp_file("$dir/plain.sql"), qr/CREATE (TABLE|VIEW|FUNCTION|SEQUENCE|INDEX) schemamig\./, 'members of the extension are not dumped');

# Trust goes by the names of roles there: authors that do not exist are not trusted.
$node->safe_psql('origin', "SET client_min_messages = warning; SELECT schemamig.edit('o1', downgrade => 'SELECT 1', force => true)");
dump_to('roles.sql');
$node->safe_psql('postgres', 'ALTER ROLE author RENAME TO author_elsewhere');
create_database('roles');
$node->command_ok([ 'psql', '-Xq', '-d', 'roles', '-f', "$dir/roles.sql" ], 'a dump with a role that does not exist');
is($node->safe_psql('roles', "SELECT array_to_string(authors, ' ') LIKE 'author %' FROM schemamig.show('o1')"), 't', 'the author is still on record');
$node->psql('roles', "SELECT schemamig.upgrade('o1')", stderr => \my $stderr);
like($stderr, qr/revision "o1" was written by role "author", who/, 'and is not trusted');

$node->stop;
done_testing();
