# A run that is broken off in the middle: by kill -9 of its backend, by the
# whole server going down, by pg_terminate_backend, pg_cancel_backend and
# statement_timeout, by a client that vanishes.  Nothing half done may be left,
# no lock may stay, whoever waits must go on, and the next run must complete.

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
$node->append_conf('postgresql.conf', <<'CONF');
restart_after_crash = on
max_prepared_transactions = 2
CONF
$node->start;

# The second of three steps stops in its second statement while the gate is
# closed; a downgrade likewise.
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION schemamig;
CREATE TABLE gate (closed boolean);
INSERT INTO gate VALUES (true);
CREATE FUNCTION pass_gate() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	WHILE (SELECT closed FROM gate) LOOP
		PERFORM pg_sleep(0.01);
	END LOOP;
END $$;
CREATE TABLE kept (i int);
INSERT INTO kept VALUES (1);
SELECT schemamig.revision('before', 'CREATE TABLE zero (i int)', 'DROP TABLE zero', rev_id => 'r0');
SELECT schemamig.upgrade();
SELECT schemamig.revision('first', 'CREATE TABLE one (i int); UPDATE kept SET i = i + 1', 'DROP TABLE one; UPDATE kept SET i = i - 1', rev_id => 'r1');
SELECT schemamig.revision('second', 'ALTER TABLE kept ADD j int DEFAULT 7; SELECT pass_gate(); CREATE TABLE two AS SELECT * FROM kept',
	'DROP TABLE two; SELECT pass_gate(); ALTER TABLE kept DROP j', rev_id => 'r2');
SELECT schemamig.revision('third', 'CREATE INDEX three ON two (i)', 'DROP INDEX three', rev_id => 'r3');
SQL

# Everything that a run changes, as one line
my $state_sql = <<'SQL';
SELECT concat_ws(' | ',
	(SELECT string_agg(revision, ' ' ORDER BY revision) FROM schemamig.current()),
	(SELECT string_agg(revision, ' ' ORDER BY revision) FROM schemamig.applied),
	(SELECT string_agg(attname, ' ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'kept'::regclass AND attnum > 0 AND NOT attisdropped),
	(SELECT string_agg(i::text, ' ') FROM kept),
	(SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE relname IN ('zero', 'one', 'two', 'three')),
	(SELECT count(*) FROM schemamig.run WHERE status <> 'done'),
	(SELECT count(*) FROM schemamig.run_step WHERE status <> 'done'))
SQL
my $low = 'r0 | r0 | i | 1 | zero | 0 | 0';
my $high = 'r3 | r0 r1 r2 r3 | i j | 2 | one three two zero | 0 | 0';

sub gate
{
	my ($closed) = @_;
	$node->safe_psql('postgres', "UPDATE gate SET closed = $closed");
	return;
}

# Starts a run and returns it when it stands at the gate
sub run_to_gate
{
	my ($call) = @_;
	my $psql = Background->new($node, "SELECT count(*) FROM schemamig.$call;");

	$node->poll_query_until('postgres',
		"SELECT EXISTS (SELECT FROM schemamig.progress WHERE revision = 'r2' AND statement = 2)")
	  or die "the run does not come to the gate";
	return $psql;
}

sub pid_of_run
{
	return $node->safe_psql('postgres', "SELECT pid FROM schemamig.progress");
}

# Nothing is left of the run
sub check_untouched
{
	my ($state, $what) = @_;

	$node->poll_query_until('postgres',
		"SELECT NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 77)")
	  or die "the lock stays";
	is($node->safe_psql('postgres', $state_sql), $state, "$what: nothing is half done");
	is($node->safe_psql('postgres', 'SELECT count(*) FROM schemamig.validate()'), '0', "$what: nothing is wrong");
	is($node->safe_psql('postgres', 'SELECT count(*) FROM schemamig.progress'), '0', "$what: nothing is in progress");
	is($node->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'schemamig:%' AND state = 'active'"),
		'0', "$what: no session says that it is");
	return;
}

# The next run does all of it; then everything is as it was
sub check_completes
{
	my ($what) = @_;

	gate('false');
	is($node->safe_psql('postgres', "SELECT string_agg(revision, ' ') FROM schemamig.upgrade()"),
		'r1 r2 r3', "$what: the next upgrade completes");
	is($node->safe_psql('postgres', $state_sql), $high, "$what: all is done");
	is($node->safe_psql('postgres', 'SELECT count(*) FROM schemamig.validate()'), '0', "$what: nothing is wrong then");
	$node->safe_psql('postgres', "SELECT schemamig.downgrade('r0')");
	is($node->safe_psql('postgres', $state_sql), $low, "$what: and back");
	gate('true');
	return;
}

# Kills a session's backend and waits until the server is back
sub kill_backend
{
	my ($psql, $pid) = @_;

	kill 'KILL', $pid;
	$psql->finish;
	Background::wait_until_gone($node, $pid);
	return;
}

# kill -9 of the backend: the server goes through crash recovery
{
	my $psql = run_to_gate('upgrade()');
	is($node->safe_psql('postgres', "SELECT step || ' of ' || steps || ' ' || statement || ' of ' || statements FROM schemamig.progress"),
		'2 of 3 2 of 3', 'kill -9: in the middle of the second step');
	kill_backend($psql, pid_of_run());
	check_untouched($low, 'kill -9');
	check_completes('kill -9');
}

# the same in a downgrade
{
	gate('false');
	$node->safe_psql('postgres', 'SELECT schemamig.upgrade()');
	gate('true');
	my $psql = run_to_gate("downgrade('base')");
	kill_backend($psql, pid_of_run());
	check_untouched($high, 'kill -9 in a downgrade');
	gate('false');
	is($node->safe_psql('postgres', "SELECT string_agg(revision, ' ') FROM schemamig.downgrade('r0')"),
		'r3 r2 r1', 'kill -9 in a downgrade: the next one completes');
	is($node->safe_psql('postgres', $state_sql), $low, 'kill -9 in a downgrade: all is undone');
	gate('true');
}

# the run is complete, but its transaction is not committed
{
	gate('false');
	my $psql = Background->new($node, "BEGIN; SELECT count(*) FROM schemamig.upgrade(); SELECT 'pid', pg_backend_pid();");
	$psql->wait_for(qr/pid\|\d+/);
	my ($pid) = $psql->{out} =~ /pid\|(\d+)/;
	kill_backend($psql, $pid);
	gate('true');
	check_untouched($low, 'kill -9 before COMMIT');
	check_completes('kill -9 before COMMIT');
}

# the whole server
{
	my $psql = run_to_gate('upgrade()');
	$node->stop('immediate');
	$psql->finish;
	$node->start;
	check_untouched($low, 'immediate shutdown');
	check_completes('immediate shutdown');
}

# ended from outside, while another session waits: that one does the work
foreach my $way (
	[ 'pg_terminate_backend', '57P01' ],
	[ 'pg_cancel_backend', '57014' ])
{
	my ($what, $sqlstate) = @$way;
	my $psql = run_to_gate('upgrade()');
	my $pid = pid_of_run();
	my $waiting = Background->new($node,
		"SET application_name = 'waiting';\nSET schemamig.run_timeout = -1;\nSELECT string_agg(revision, ' ') FROM schemamig.upgrade();");

	$node->poll_query_until('postgres',
		"SELECT wait_event_type = 'Extension' FROM pg_stat_activity WHERE application_name = 'waiting'")
	  or die "the second session does not wait";
	$node->safe_psql('postgres', "SELECT $what($pid)");
	my ($rc, $out, $err) = $psql->finish;
	like($err, qr/\b$sqlstate\b/, "$what: the run ends with $sqlstate");
	# it stands at the gate now
	$node->poll_query_until('postgres',
		"SELECT pid <> $pid FROM schemamig.progress WHERE revision = 'r2' AND statement = 2")
	  or die "the second session does not go on";
	is($node->safe_psql('postgres', 'SELECT string_agg(revision, \' \') FROM schemamig.applied'), 'r0', "$what: nothing is half done");
	gate('false');
	($rc, $out, $err) = $waiting->finish;
	is($out, 'r1 r2 r3', "$what: who has waited does all of it");
	is($node->safe_psql('postgres', $state_sql), $high, "$what: all is done");
	$node->safe_psql('postgres', "SELECT schemamig.downgrade('r0')");
	gate('true');
	check_untouched($low, $what);
}

# A timeout (wherever the run is then); the same session goes on, also in the
# same transaction.
{
	my ($rc, $out, $err) = $node->psql('postgres', <<'SQL', on_error_stop => 0);
\set VERBOSITY sqlstate
SET client_min_messages = warning;
SET statement_timeout = '500ms';
SELECT schemamig.upgrade();
RESET statement_timeout;
BEGIN;
SAVEPOINT s;
SET LOCAL statement_timeout = '500ms';
SELECT schemamig.upgrade();
ROLLBACK TO s;
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 77;
UPDATE gate SET closed = false;
SELECT string_agg(revision, ' ') FROM schemamig.upgrade();
ROLLBACK;
SQL
	is($err =~ s/psql:\S+ //gr, "ERROR:  57014\nERROR:  57014", 'statement_timeout: cancelled twice');
	like($out, qr/^0\nr1 r2 r3$/m, 'statement_timeout: the lock is free, and the next upgrade completes');
	check_untouched($low, 'statement_timeout');
}

# A client vanishes: while its transaction is idle, and while it waits
{
	gate('false');
	my $psql = Background->new($node, "BEGIN; SELECT count(*) FROM schemamig.upgrade();");
	$psql->wait_for(qr/3/);
	my $waiting = Background->new($node, "SELECT string_agg(revision, ' ') FROM schemamig.upgrade();");
	$psql->kill_client;
	my ($rc, $out) = $waiting->finish;
	is($out, 'r1 r2 r3', 'a killed client: who has waited does all of it');
	$node->safe_psql('postgres', "SELECT schemamig.downgrade('r0')");
	gate('true');
	check_untouched($low, 'a killed client');
}

# A prepared transaction keeps the lock, over a restart too; whoever meets it is
# told after schemamig.run_timeout.  (A run cannot be prepared, because it has
# notified; a stamp can.)
{
	my ($rc, $out, $err);

	$node->safe_psql('postgres', "BEGIN; SELECT schemamig.stamp('r1'); PREPARE TRANSACTION 'stamp'");
	# not restart(): pg_ctl would start the server without what test/tools/pgwrap
	# puts before it
	$node->stop;
	$node->start;
	($rc, $out, $err) = $node->psql('postgres', "SET schemamig.run_timeout = '100ms'; SELECT schemamig.upgrade()");
	like($err, qr/could not obtain the lock on running revisions.*[Pp]repared transaction "?stamp/s,
		'a prepared transaction: the error names it');
	$node->safe_psql('postgres', "ROLLBACK PREPARED 'stamp'");
	check_untouched($low, 'a prepared transaction');
	$node->safe_psql('postgres', "BEGIN; SELECT schemamig.stamp('r1'); PREPARE TRANSACTION 'stamp'");
	$node->safe_psql('postgres', "COMMIT PREPARED 'stamp'");
	is($node->safe_psql('postgres', 'SELECT revision FROM schemamig.current()'), 'r1', 'a prepared stamp');
	$node->safe_psql('postgres', "SELECT schemamig.stamp('r0')");
	check_untouched($low, 'a prepared stamp, undone');
	($rc, $out, $err) = $node->psql('postgres', "UPDATE gate SET closed = false; BEGIN; SELECT schemamig.upgrade(); PREPARE TRANSACTION 'run'");
	like($err, qr/cannot PREPARE a transaction that has executed LISTEN, UNLISTEN, or NOTIFY/, 'a run cannot be prepared');
	gate('true');
	check_untouched($low, 'a run that was not prepared');
}

check_completes('in the end');

$node->stop;
done_testing();
