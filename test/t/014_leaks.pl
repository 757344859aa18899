# Nothing of a CALL stays behind: 500 of them in one session, with failures of
# several kinds among them, leave its memory, locks, portals and settings as they
# were.  And the procedure runs by every protocol, in every isolation level.

use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use Background;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "autovacuum = off\nmax_connections = 30\n");
$node->start;

# Each branch is for one kind of call.  What fails in the middle, and stays there,
# does so in a schema of its own.
$node->safe_psql('postgres', <<'SQL');
SET client_min_messages = warning;
CREATE EXTENSION schemamig;
CREATE SCHEMA doubles;
CREATE SCHEMA blocked;
CREATE TABLE doubles.d (a int);
INSERT INTO doubles.d VALUES (1), (1);
CREATE TABLE t (a int, b int);
INSERT INTO t SELECT i, i FROM generate_series(1, 100) i;
CREATE TABLE busy (a int);
SELECT schemamig.revision('a column', 'ALTER TABLE t ADD c int; UPDATE t SET c = a', 'ALTER TABLE t DROP c', rev_id => 'ok1');
SELECT schemamig.revision('an index', $$
SET work_mem = '7MB';
SELECT set_config('application_name', 'script', false);
CREATE INDEX CONCURRENTLY t_c ON t (c);
INSERT INTO t VALUES (0, 0, 0);
VACUUM t;
DELETE FROM t WHERE a = 0;
REINDEX TABLE CONCURRENTLY t;
$$, 'DROP INDEX CONCURRENTLY t_c; SELECT 1', verify => 'SELECT count(*) = 100 FROM t', rev_id => 'ok2');
SELECT schemamig.revision('fails', 'SET work_mem = ''9MB''; INSERT INTO t VALUES (1, 1); SELECT 1 / 0', rev_id => 'fails', head => '{base}');
SELECT schemamig.revision('fails at the commit', 'INSERT INTO deferred VALUES (2)', rev_id => 'deferred', head => '{base}');
CREATE TABLE deferred (a int PRIMARY KEY, b int DEFAULT 77 REFERENCES deferred DEFERRABLE INITIALLY DEFERRED);
SELECT schemamig.revision('not unique', 'SELECT 1; SET work_mem = ''8MB''; CREATE UNIQUE INDEX CONCURRENTLY d_a ON d (a)', rev_id => 'unique', head => '{base}');
SELECT schemamig.revision('locked', 'SELECT 1; LOCK TABLE busy', rev_id => 'locked', head => '{base}');
SELECT schemamig.revision('locked at top level', 'VACUUM FULL busy', rev_id => 'vacuum', head => '{base}');
SELECT schemamig.revision('takes too long', 'SET maintenance_work_mem = ''9MB''; SELECT pg_sleep(60)', rev_id => 'slow', head => '{base}');
SQL

# Ten calls
my @kinds = (
	[ "CALL schemamig.migrate('ok2');", undef ],
	[ "CALL schemamig.migrate('ok2');", undef ],
	[ "CALL schemamig.migrate('fails');", '22012' ],
	[ "CALL schemamig.migrate('unique', tenant => 'doubles');", '23505' ],
	[ "CALL schemamig.migrate('deferred');", '23503' ],
	[ "CALL schemamig.migrate('locked');", '55P03' ],
	[ "CALL schemamig.migrate('vacuum', tenant => 'blocked');", '55P03' ],
	[ "SET statement_timeout = '50ms';\nCALL schemamig.migrate('slow');\nRESET statement_timeout;", '57014' ],
	[ "CALL schemamig.migrate('nowhere');", '42704' ],
	[ "CALL schemamig.migrate('ok1\@base', 'downgrade');", undef ]);

my $round = join("\n", map { $_->[0] } @kinds);
my $state = <<'SQL';
SELECT 'memory ' || sum(used_bytes) || ' ' || sum(total_bytes) FROM pg_backend_memory_contexts;
SELECT 'contexts ' || count(*) FROM pg_backend_memory_contexts;
SELECT 'locks ' || count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype <> 'virtualxid' AND relation IS DISTINCT FROM 'pg_locks'::regclass;
SELECT 'portals ' || count(*) FROM pg_cursors WHERE statement NOT LIKE 'SELECT%';
SELECT 'prepared ' || count(*) FROM pg_prepared_statements;
SELECT 'settings ' || md5(string_agg(concat_ws(' ', name, setting, source), ',' ORDER BY name)) FROM pg_settings WHERE name NOT LIKE 'transaction%';
SELECT 'user ' || current_user || ' ' || session_user;
SQL

my $blocker = Background->new($node, "BEGIN;\nSELECT count(*) FROM busy;\nSELECT 'holding';");
$blocker->wait_for(qr/holding/);

my $psql = Background->new($node, <<'SQL');
\set ON_ERROR_STOP off
SET client_min_messages = warning;
SET schemamig.lock_timeout = '2ms';
SET schemamig.lock_deadline = 0;
SET work_mem = '5MB';
SELECT 'pid ' || pg_backend_pid();
SQL
$psql->wait_for(qr/pid \d+/);
my ($pid) = $psql->{out} =~ /pid (\d+)/;

# Makes so many rounds of ten calls, then returns what the state is
sub rounds
{
	my ($n) = @_;
	my %state;

	$psql->{out} = '';
	$psql->send(join("\n", ($round) x $n) . "\n${state}SELECT 'end';");
	$psql->wait_for(qr/^end$/m);
	$state{$1} = $2 while $psql->{out} =~ /^(\w+) (.*)$/mg;
	return \%state;
}

my $first = rounds(1);
my $early = rounds(9);
my $middle = rounds(15);
my $late = rounds(25);

my @used = map { (split / /, $_->{memory})[0] } ($early, $middle, $late);
my @total = map { (split / /, $_->{memory})[1] } ($early, $middle, $late);
note("used after 100, 250, 500 calls: @used");
note("total: @total");
cmp_ok($used[2] - $used[0], '<', 40_000, 'the memory in use after 500 calls is that after 100');
cmp_ok($total[2] - $total[0], '<', 100_000, 'and so is the memory that the process has');
is($late->{contexts}, $early->{contexts}, 'no memory context is left');
is($late->{locks}, '0', 'no lock is left');
is($late->{portals}, '0', 'no portal is left');
is($late->{prepared}, '0', 'no prepared statement');
is($late->{settings}, $first->{settings}, 'the settings are as they were');
is($late->{user}, $first->{user}, 'and so is the user');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_locks WHERE pid = $pid"), '0', 'no lock is left, seen from outside');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"), '0', 'by nobody');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE '%schemamig%'"), '0', 'no worker is left');
is($node->safe_psql('postgres', "SELECT backend_xid IS NULL AND backend_xmin IS NULL AND state = 'idle' FROM pg_stat_activity WHERE pid = $pid"), 't', 'no transaction');

# each call has ended as it should
{
	my @wanted = map { defined $_->[1] ? $_->[1] : () } @kinds;
	my @got = $psql->{err} =~ /ERROR:  (\w+)/g;
	is(scalar(@got), 50 * @wanted, 'as many errors as there should be');
	is_deeply([ @got[ 0 .. $#wanted ] ], \@wanted, 'in the first round');
	is_deeply([ @got[ -@wanted .. -1 ] ], \@wanted, 'and in the last');
}
# (a call that is cancelled before it has a plan is not journaled)
is($node->safe_psql('postgres', "SELECT status, count(*) FROM schemamig.run WHERE target <> 'slow' GROUP BY 1 ORDER BY 1"), "done|100\nfailed|250", 'the journal has all of them');
is($node->safe_psql('postgres', "SELECT DISTINCT status, sqlstate FROM schemamig.run WHERE target = 'slow'"), 'failed|57014', 'also what was cancelled');
is($node->safe_psql('postgres', 'SELECT problem, revision, tenant FROM schemamig.validate()'), 'half applied|unique|doubles', 'what is half applied is known');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_index WHERE indrelid = 'doubles.d'::regclass"), '1', 'and has left one index');
$psql->finish;
$blocker->finish;

# ---------------------------------------------------------------------------
# Every protocol, every isolation level; several clients, each with a tenant

my $clients = 3;
$node->safe_psql('postgres', join ';', map { "CREATE SCHEMA tenant$_; CREATE TABLE tenant$_.t AS SELECT a, b FROM public.t" } 0 .. $clients - 1);
my $up_and_down = $node->basedir . '/up_and_down.sql';
append_to_file($up_and_down, <<'SQL');
CALL schemamig.migrate('ok2', 'upgrade', ('tenant' || :client_id)::name);
CALL schemamig.migrate('ok2', 'upgrade', ('tenant' || :client_id)::name);
CALL schemamig.migrate('base', 'downgrade', ('tenant' || :client_id)::name);
SQL
my $runs = 0;
foreach my $level ('read committed', 'repeatable read', 'serializable')
{
	foreach my $protocol ('simple', 'extended', 'prepared')
	{
		my $transactions = 4 * $clients;
		local $ENV{PGOPTIONS} = "-c default_transaction_isolation=" . ($level =~ s/ /\\ /r) . " -c client_min_messages=warning";
		$node->command_checks_all(
			[ 'pgbench', '-n', '-M', $protocol, '-c', $clients, '-t', 4, '-f', $up_and_down, 'postgres' ],
			0,
			[ qr{processed: $transactions/$transactions} ],
			[ qr{^(?!.*ERROR)}s ],
			"$level, $protocol protocol");
		$runs += 2 * $transactions;
	}
}
is($node->safe_psql('postgres', 'SELECT count(*) FROM schemamig.applied'), '0', 'nothing is applied in the end');
is($node->safe_psql('postgres', "SELECT count(*), count(*) FILTER (WHERE status = 'done') FROM schemamig.run WHERE tenant LIKE 'tenant%'"), "$runs|$runs", 'all runs are done');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"), '0', 'no lock is left');

# all with the same tenant: they wait for each other
my $up = $node->basedir . '/up.sql';
append_to_file($up, "CALL schemamig.migrate('ok2');\nCALL schemamig.migrate('base', 'downgrade');\n");
foreach my $protocol ('simple', 'prepared')
{
	local $ENV{PGOPTIONS} = '-c client_min_messages=warning';
	$node->command_checks_all([ 'pgbench', '-n', '-M', $protocol, '-c', $clients, '-t', 4, '-f', $up, 'postgres' ],
		0, [ qr{processed: 12/12} ], [ qr{^(?!.*ERROR)}s ], "one tenant, $protocol protocol");
}
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"), '0', 'no lock is left');
is($node->safe_psql('postgres', "SELECT count(*) FROM schemamig.validate() WHERE tenant <> 'doubles'"), '0', 'nothing is wrong');

$node->stop;
done_testing();
