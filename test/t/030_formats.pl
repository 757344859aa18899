# Projects of other tools, taken over: their files are imported, and what the
# revisions make is compared with what the tool itself has made.
#
# The trees are in test/data/formats.  Alembic and sqitch run here.  What the
# other tools have sent to a server, when they ran on their tree, is in the file
# beside it.

use strict;
use warnings FATAL => 'all';

use Cwd qw(abs_path);
use FindBin;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $data = "$FindBin::RealBin/../data/formats";
for my $program (qw(alembic sqitch))
{
	system("command -v $program >/dev/null") == 0 or die "there is no $program; test/tools/need formats gets it\n";
}

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "timezone = 'UTC'");
$node->start;

sub create { $node->safe_psql('postgres', "CREATE DATABASE \"$_\"") for @_ }

# Statements in a database; their output, and the errors
sub run_sql
{
	my ($database, $sql) = @_;
	my ($rc, $out, $err) = $node->psql($database, "\\set VERBOSITY verbose\nSET client_min_messages = warning;\n$sql", on_error_stop => 0);
	$err =~ s/^(psql:\S+ |LOCATION: .*\n?)//mg;
	chomp $err;
	return ($out, $err);
}

sub query
{
	my ($database, $sql) = @_;
	my ($out, $err) = run_sql($database, $sql);
	is($err, '', 'no error') if $err ne '';
	return $out;
}

# What pg_dump has of a database, but for what the tool keeps its versions in
sub schema
{
	my ($database, @options) = @_;
	my ($out, $err);
	IPC::Run::run([ 'pg_dump', '-s', '-N', 'schemamig', @options, '-d', $node->connstr($database) ], '>', \$out, '2>', \$err)
	  or die $err;
	$out =~ s/^\\(un)?restrict .*\n//mg;
	$out =~ s/^CREATE EXTENSION .*schemamig.*\n//mg;
	$out =~ s/^COMMENT ON EXTENSION schemamig .*\n//mg;
	$out =~ s/^--.*\n//mg;
	$out =~ s/\n{2,}/\n/g;
	return $out;
}

sub literal { my ($text) = @_; $text =~ s/'/''/g; return "'$text'" }

# An empty database with the extension, and what it looks like
create('empty');
query('empty', 'CREATE EXTENSION schemamig');
my $empty = schema('empty');

# Up and down again, by the procedure, since some scripts are not transactional
sub check_runs
{
	my ($database, $variables, $made, @options) = @_;
	query($database, "CALL schemamig.migrate('heads', variables => $variables)");
	is(query($database, 'SELECT count(*) FROM schemamig.pending()'), 0, "$database: all is run");
	is(schema($database), schema($made, @options), "$database: pg_dump sees what the tool has made");
	query($database, 'DROP VIEW user_emails') if $database eq 'flyway';
	query($database, "CALL schemamig.migrate('base', 'downgrade', variables => $variables)");
	is(schema($database), $empty, "$database: nothing is left of it after a downgrade");
}

# The database that a tool has made is taken over
sub check_adopts
{
	my ($database, $path, $n) = @_;
	query($database, 'CREATE EXTENSION schemamig');
	my ($out, $err) = run_sql($database, 'SELECT schemamig.adopt()');
	like($err, qr/^ERROR:  55000: version table \S+ does not match the revisions\nDETAIL:  Version "\S+" is no revision\.$/m,
		"$database: without revisions there is nothing to adopt");
	is(() = $err =~ /is no revision/g, $out = $database =~ /golang/ ? 1 : $n, "$database: each one is named");
	query($database, "SELECT schemamig.load('$path')");
	is(query($database, q(SELECT action, count(*) FROM schemamig.adopt() GROUP BY 1)), "stamped|$n", "$database: is adopted");
	is(query($database, q(SELECT count(*) FROM schemamig.pending() WHERE message <> 'repeatable script')), 0, "$database: nothing is pending");
	is(query($database, q(SELECT action, count(*) FROM schemamig.adopt() GROUP BY 1)), "unchanged|$n", "$database: is adopted again");
	query($database, q(SELECT schemamig.revision('later', 'SELECT 1', rev_id => 'later'); SELECT schemamig.upgrade()));
	($out, $err) = run_sql($database, 'SELECT schemamig.adopt()');
	like($err, qr/^DETAIL:  Revision "later" is applied here, but not there\.$/m, "$database: but not when it has gone on without the tool");
	return;
}

# ---------------------------------------------------------------------------
# Tools of which there is a record

my %tools = (
	'dbmate' => {
		revisions => '20260101120000,20260102120000,20260103120000,20260104120000,20260105120000',
		messages => 'users,status and touch,orders,first users,orders index',
		without => [qw(-T schema_migrations)] },
	'goose' => {
		revisions => '1,2,9,10,11',
		messages => 'users,status and touch,orders,first users,orders index',
		without => [ '-T', 'goose_db_version*' ] },
	'golang-migrate' => {
		revisions => '000001,000002,000003,000004,000005',
		messages => 'users,status and touch,orders,first users,orders index',
		without => [qw(-T schema_migrations)] },
	'flyway' => {
		revisions => '1,1.1,2,2.10,2.11,3,user emails',
		messages => 'users,status and touch,orders,first users,orders index,words',
		variables => q('{"table_name": "words", "first_word": "hello"}'),
		without => [ '-T', 'flyway_schema_history*' ] },
	'node-pg-migrate' => {
		revisions => '1767268801000,1767268802000,1767268803000,1767268804000,1767268805000',
		messages => 'users,status and touch,orders,first users,orders index',
		without => [ '-T', 'pgmigrations*' ] },
	'graphile-migrate' => {
		revisions => '000001,000002,000003,000004,000005',
		messages => 'users,status_and_touch,orders,first_users,orders_index',
		variables => q('{"DATABASE_NAME": "graphile", "APP_ROLE": "pg_monitor"}'),
		irreversible => 1,
		without => [ '-N', 'graphile_migrate' ] });

create('graphile');

for my $tool (sort keys %tools)
{
	my $is = $tools{$tool};
	my $made = "made_$tool";
	my $variables = $is->{variables} // 'NULL';
	create($tool, $made);
	$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr($made), '-f', "$data/$tool.sql" ],
		"$tool: what it sent to the server");
	query($tool, 'CREATE EXTENSION schemamig');
	is(query($tool, "SELECT string_agg(revision, ',') FROM schemamig.load('$data/$tool') WHERE action = 'created'"),
		$is->{revisions}, "$tool: the format is recognised, and the order");
	is(query($tool, "SELECT string_agg(message, ',' ORDER BY ordinal) FROM schemamig.revision"), $is->{messages}, "$tool: messages");
	is(query($tool, "SELECT DISTINCT action FROM schemamig.load('$data/$tool', '$tool') WHERE revision IS NOT NULL"),
		'unchanged', "$tool: there is nothing to do the second time");
	if ($is->{irreversible})
	{
		query($tool, "SELECT schemamig.upgrade(variables => $variables)");
		is(schema($tool), schema($made, @{ $is->{without} }), "$tool: pg_dump sees what the tool has made");
		my ($out, $err) = run_sql($tool, "SELECT schemamig.downgrade('base')");
		like($err, qr/^ERROR:  SM004:/, "$tool: there is no way back");
	}
	else
	{
		check_runs($tool, $variables, $made, @{ $is->{without} });
	}
	is(query($tool, 'SELECT count(*) FROM schemamig.validate()'), 0, "$tool: nothing is wrong");
	check_adopts($made, "$data/$tool", scalar(split /,/, $is->{messages}));
}

# ---------------------------------------------------------------------------
# sqitch, by itself

my $user = getpwuid($<);
create('sqitch', 'made_sqitch');
{
	local %ENV = (%ENV, HOME => $PostgreSQL::Test::Utils::tmp_check, SQITCH_FULLNAME => 'Ada', SQITCH_EMAIL => 'ada@example.com',
		PGHOST => $node->host, PGPORT => $node->port, PGUSER => $user);
	command_ok([ 'sqitch', 'deploy', '--chdir', "$data/sqitch", 'db:pg:made_sqitch' ], 'sqitch runs its plan');
}
query('sqitch', 'CREATE EXTENSION schemamig');
is(query('sqitch', "SELECT string_agg(revision, ',') FROM schemamig.load('$data/sqitch') WHERE revision IS NOT NULL"),
	'users,status_and_touch,orders,first_users,status_and_touch.2,index', 'sqitch: the plan is recognised');
is(query('sqitch', q(SELECT string_agg(array_to_string(branch_labels, ','), ';' ORDER BY ordinal) FROM schemamig.revision)),
	';v1.0.0-dev1;v1.0.0;;;', 'sqitch: tags are labels');
is(query('sqitch', q(SELECT string_agg(revision || ' ' || parent, ',' ORDER BY revision COLLATE "C", e.ordinal) FROM schemamig.revision_edge e WHERE kind = 'depends')),
	'first_users users,orders users,orders status_and_touch,status_and_touch.2 status_and_touch', 'sqitch: what is required is a dependency');
my ($time) = slurp_file("$data/sqitch/sqitch.plan") =~ /\[status-and-touch\@v1\.0\.0\] (\S+)Z/;
is(query('sqitch', "SELECT message, created_at = '${time}Z' FROM schemamig.show('status_and_touch.2')"), 'touch with a clock|t', 'sqitch: notes and times');
is(query('sqitch', "SELECT upgrade ~ ' now[(][)]', verify ~ 'ROLLBACK' FROM schemamig.show('status_and_touch')"), 't|f',
	'sqitch: a change that was reworked has its first script');
check_runs('sqitch', 'NULL', 'made_sqitch', '-N', 'sqitch');
check_adopts('made_sqitch', "$data/sqitch", 6);
is(query('sqitch', "SELECT DISTINCT action FROM schemamig.load('$data/sqitch') WHERE revision IS NOT NULL"), 'unchanged',
	'sqitch: there is nothing to do the second time');

# ---------------------------------------------------------------------------
# Alembic, by itself

# Runs alembic on a database; what it prints
sub alembic
{
	my ($database, @arguments) = @_;
	local %ENV = (%ENV, PYTHONDONTWRITEBYTECODE => 1);
	my ($out, $err);
	my $url = "postgresql://$user@/$database?host=" . $node->host . '&port=' . $node->port;
	IPC::Run::run([ 'alembic', '-c', "$data/alembic/alembic.ini", '-x', "url=$url", @arguments ], '>', \$out, '2>', \$err)
	  or die "alembic @arguments: $err";
	return $out;
}

create('alembic', 'made_alembic');
alembic('made_alembic', 'upgrade', 'heads');
my $up = alembic('alembic', 'upgrade', 'base:heads', '--sql');
my $down = alembic('alembic', 'downgrade', 'a8f2c4d6e0b3:base', '--sql');
my $down2 = alembic('alembic', 'downgrade', '9a3c55e8d0b1:base', '--sql');
query('alembic', 'CREATE EXTENSION schemamig');
my $texts = join ', ', map { literal($_) } $up, $down, $down2;
is(query('alembic', "SELECT string_agg(revision, ',' ORDER BY revision COLLATE \"C\") FROM schemamig.import_scripts(ARRAY[$texts], '{up.sql, down.sql, other.sql}')"),
	'1975ea83b712,4c2a9f10be77,5d0e1a77c3f4,7e61b0d2a915,9a3c55e8d0b1,a8f2c4d6e0b3', 'Alembic: what its offline mode writes is recognised');
is(query('alembic', q(SELECT string_agg(revision || ' ' || kind || ' ' || parent, ',' ORDER BY revision COLLATE "C", kind DESC, ordinal) FROM schemamig.revision_edge)),
	'4c2a9f10be77 down 1975ea83b712,5d0e1a77c3f4 down 1975ea83b712,7e61b0d2a915 down 4c2a9f10be77,7e61b0d2a915 down 5d0e1a77c3f4,'
	. '9a3c55e8d0b1 depends 4c2a9f10be77,a8f2c4d6e0b3 down 7e61b0d2a915', 'Alembic: branches, merges and dependencies');
is(query('alembic', q(SELECT count(*) FROM schemamig.revision WHERE upgrade || downgrade ~ 'alembic_version|COMMIT|BEGIN;|Running (up|down)')), 0,
	'Alembic: its own statements are left out');
check_runs('alembic', 'NULL', 'made_alembic', '-T', 'alembic_version');

# the way down may come later, and again
create('later');
query('later', 'CREATE EXTENSION schemamig');
query('later', 'SELECT schemamig.import_script(' . literal($up) . ')');
is(query('later', 'SELECT count(downgrade), count(*) FROM schemamig.revision'), '0|6', 'Alembic: without the way back');
is(query('later', "SELECT string_agg(DISTINCT action, ',') FROM schemamig.import_script(" . literal($down) . ", 'alembic')"), 'updated',
	'Alembic: the way back comes later');
is(query('later', 'SELECT count(downgrade), count(*) FROM schemamig.revision'), '5|6', 'and belongs to the revisions');

# ---------------------------------------------------------------------------
# Our own format: nothing is lost, in any script

create('native', 'copy');
query($_, 'CREATE EXTENSION schemamig') for 'native', 'copy';
query('native', <<'SQL');
SELECT schemamig.revision(E'quotes " and\nlines', E'CREATE TABLE a (i int);\n-- upgrade\n-- downgrade\n', '', rev_id => 'r1');
SELECT schemamig.revision(' spaces ', E'\n\n  SELECT 1;\t\n\n', E'\n', E'SELECT $x$\n-- end\n-- end s1\n-- verify s2 \n$x$ <> \'\'', rev_id => 'r2', branch_labels => '{one, "two words"}');
SELECT schemamig.revision('', E'-- only a comment\r\n', rev_id => 'r3 with/path', head => '{r1}', splice => true, depends_on => '{r2}');
SELECT schemamig.revision('"quoted"', '', rev_id => '.hidden', head => '{base}');
SELECT schemamig.merge('{r2, r3 with/path}', rev_id => 'm1');
SELECT schemamig.revision('Zürich', 'SELECT ''é''', ' ', rev_id => 'zürich', head => '{m1}');
SELECT schemamig.revision('long', rev_id => repeat('/', 128), head => '{.hidden}');
SQL
my $path = abs_path($PostgreSQL::Test::Utils::tmp_check) . "/exported";
is(query('native', "SELECT string_agg(DISTINCT action, ',') FROM schemamig.export('$path')"), 'written', 'revisions are exported');
is(query('native', "SELECT string_agg(DISTINCT action, ',') FROM schemamig.export('$path')"), 'unchanged', 'and not again');
is(query('copy', "SELECT count(*) FROM schemamig.load('$path') WHERE action = 'created'"), 7, 'and loaded elsewhere');
my $all = q(SELECT string_agg((r.*)::text, E'\n' ORDER BY r.revision) || string_agg(edges, ';' ORDER BY r.revision)
	FROM (SELECT revision, message, branch_labels, upgrade, downgrade, verify, checksum, token_checksum, authors, created_at,
		rank() OVER (ORDER BY ordinal) FROM schemamig.revision) r,
	LATERAL (SELECT string_agg((e.*)::text, ',' ORDER BY kind, ordinal) AS edges FROM schemamig.revision_edge e WHERE e.revision = r.revision) e);
is(query('copy', $all), query('native', $all), 'nothing is lost, and the order is the same');
is(query('copy', "SELECT string_agg(DISTINCT action, ',') FROM schemamig.export('$path')"), 'unchanged', 'nor is a byte of the files');
is(query('copy', "SELECT string_agg(DISTINCT action, ',') FROM schemamig.load('$path')"), 'unchanged', 'nothing is loaded again');
is((stat "$path/r1.sql")[2] & oct(777), oct(644), 'the files can be read by others');
is_deeply([ grep { !/^\.\.?$|\.sql$/ } slurp_dir($path) ], [], 'and there is nothing else in the folder');

# by psql alone, which takes the last newline away
create('by_psql');
query('by_psql', 'CREATE EXTENSION schemamig');
query('by_psql', "\\set text `cat '$path/$_.sql'`\nSELECT schemamig.import_script(:'text');") for 'r1', 'r2';
is(query('by_psql', "SELECT string_agg(action, ',' ORDER BY action) FROM schemamig.load('$path')"),
	'created,created,created,created,created,unchanged,unchanged', 'psql has given the same texts');

# what is applied cannot be changed, and all of it is named
query('copy', "SELECT schemamig.upgrade('heads')");
for my $file ("$path/r1.sql", "$path/r2.sql")
{
	my $text = slurp_file($file);
	unlink $file;
	append_to_file($file, $text =~ s/SELECT 1|CREATE TABLE/SELECT 2 --/r);
}
my ($out, $err) = run_sql('copy', "SELECT schemamig.load('$path')");
is($err, <<'ERROR' =~ s/\n\z//r, 'what is applied cannot be changed');
ERROR:  55006: the files change revisions that are applied
DETAIL:  Revision "r1" in file "r1.sql" is applied in the database.
Revision "r2" in file "r2.sql" is applied in the database.
HINT:  Write a new revision for the change. schemamig.edit() with force => true changes an applied one all the same.
ERROR
is(query('native', "SELECT string_agg(DISTINCT action, ',' ORDER BY action) FROM schemamig.load('$path')"), 'unchanged,updated', 'elsewhere it can');
is(query('native', q(SELECT command, target FROM schemamig.run WHERE command = 'load' ORDER BY target)), "load|r1\nload|r2", 'and is logged');

# a file that is left of a revision is named
query('native', q(SELECT schemamig.drop_revision('zürich')));
is(query('native', "SELECT file = 'zürich.sql' FROM schemamig.export('$path') WHERE action = 'other'"), 't', 'a file of no revision is named');

$node->stop;
done_testing();
