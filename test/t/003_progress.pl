# What others see of a run while it is under way: the view schemamig.progress,
# pg_stat_activity, notices, and notifications once it is committed.

use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use Background;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--no-locale' ]);
$node->start;

# Scripts with pass_gate() stop there while the gate is closed.
$node->safe_psql('postgres', <<'SQL');
SET client_min_messages = warning;
CREATE EXTENSION schemamig;
CREATE DATABASE other;
CREATE ROLE watcher LOGIN;
GRANT USAGE ON SCHEMA schemamig TO watcher;
GRANT SELECT ON schemamig.progress TO watcher;
CREATE TABLE gate (closed boolean);
INSERT INTO gate VALUES (true);
CREATE FUNCTION public.pass_gate() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	WHILE (SELECT closed FROM public.gate) LOOP
		PERFORM pg_sleep(0.01);
	END LOOP;
END $$;
SELECT schemamig.revision('first', 'SELECT 1', '', rev_id => 'r1');
SELECT schemamig.revision('second, with a comma', 'SELECT 1; SELECT public.pass_gate(); SELECT 3', 'SELECT public.pass_gate()', rev_id => 'r2');
SELECT schemamig.revision(E'third\nof two lines', 'SELECT 1', '', rev_id => 'r3');
SELECT schemamig.revision(repeat('é', 3000), 'SELECT public.pass_gate()', '', rev_id => 'long1', head => '{base}');
CREATE SCHEMA "a tenant";
SQL
$node->safe_psql('other', 'CREATE EXTENSION schemamig');

my $progress_sql = 'SELECT tenant, step, steps, statement, statements, direction, revision, message FROM schemamig.progress ORDER BY tenant COLLATE "C"';

sub gate
{
	my ($closed) = @_;
	$node->safe_psql('postgres', "UPDATE gate SET closed = $closed");
	return;
}

# As a role that may do nothing but look
sub watch
{
	my ($sql, $db) = @_;
	return $node->safe_psql($db || 'postgres', $sql, extra_params => [ '-U', 'watcher' ]);
}

sub wait_until_at_gate
{
	my ($condition) = @_;
	$node->poll_query_until('postgres', "SELECT EXISTS (SELECT FROM schemamig.progress WHERE $condition)")
	  or die "no run comes to the gate";
	return;
}

is(watch($progress_sql), '', 'at first nothing is under way');

# An upgrade, seen by somebody else
{
	my $psql = Background->new($node, <<'SQL');
\set VERBOSITY terse
SET application_name = 'runner';
BEGIN;
SELECT count(*) FROM schemamig.upgrade('r3');
SELECT 'after', query FROM pg_stat_activity WHERE pid = pg_backend_pid();
SQL
	wait_until_at_gate("revision = 'r2' AND statement = 2");
	is(watch($progress_sql), '|2|3|2|3|upgrade|r2|second, with a comma', 'the view, for a role without privileges');
	is(watch('SELECT count(*) FROM schemamig.progress JOIN pg_stat_activity USING (pid) WHERE application_name = \'runner\''), '1',
		'its pid is the session');
	is(watch("SELECT query FROM pg_stat_activity WHERE application_name = 'runner'"), '<insufficient privilege>',
		'which pg_stat_activity does not show to that role');
	is($node->safe_psql('postgres', "SELECT state, query FROM pg_stat_activity WHERE application_name = 'runner'"),
		'active|schemamig: step 2/3, statement 2/3: upgrade r2, second, with a comma', 'pg_stat_activity');
	is($node->safe_psql('other', $progress_sql), '', 'the view of another database has nothing');

	# whoever waits for the lock is not listed
	my $waiting = Background->new($node, "SET application_name = 'waiting';\nSELECT count(*) FROM schemamig.upgrade('r3');");
	$node->poll_query_until('postgres',
		"SELECT wait_event_type = 'Extension' FROM pg_stat_activity WHERE application_name = 'waiting'")
	  or die "the second session does not wait";
	is(watch('SELECT count(*) FROM schemamig.progress'), '1', 'whoever waits is not listed');

	# a tenant's run beside it
	my $tenant = Background->new($node, "SELECT count(*) FROM schemamig.upgrade('r2', tenant => 'a tenant');");
	wait_until_at_gate("tenant = 'a tenant' AND statement = 2");
	is(watch($progress_sql), "|2|3|2|3|upgrade|r2|second, with a comma\na tenant|2|2|2|3|upgrade|r2|second, with a comma",
		'two tenants at once');

	# nobody gets into the view by saying so
	my $liar = Background->new($node, "\\set ON_ERROR_STOP off\nSET application_name = 'liar';\nschemamig: step 1/1: upgrade x, y;\nSELECT 'there' \\gset\n\\echo there");
	$liar->wait_for(qr/there/);
	is(watch('SELECT count(*) FROM schemamig.progress'), '2', 'a query that looks like a run is not listed');
	$liar->finish;

	gate('false');
	my ($rc, $out, $err) = $psql->finish;
	like($out, qr/^3$/m, 'the run has ended');
	like($out, qr/^after\|SELECT 'after', query/m, 'and the session shows its own query');
	is_deeply([ $err =~ /NOTICE:  (.*)/g ],
		[ 'running upgrade base -> r1, first (1/3)', 'running upgrade r1 -> r2, second, with a comma (2/3)', 'running upgrade r2 -> r3, third' ],
		'a notice for each step');
	like($err, qr/third\nof two lines \(3\/3\)/, 'a message of two lines');
	$waiting->finish;
	$tenant->finish;
	is(watch($progress_sql), '', 'nothing is under way then');
}

# The text is that of the run only as long as it lasts: within the transaction it
# is the client's again.
{
	my $psql = Background->new($node, <<'SQL');
SET application_name = 'runner';
BEGIN;
SELECT 'done', count(*) FROM schemamig.downgrade('base');
SQL
	$psql->wait_for(qr/^done\|3$/m);
	is($node->safe_psql('postgres', "SELECT state, query FROM pg_stat_activity WHERE application_name = 'runner'"),
		"idle in transaction|SELECT 'done', count(*) FROM schemamig.downgrade('base');", 'idle in transaction: the query of the client');
	is(watch($progress_sql), '', 'idle in transaction: nothing is under way');
	$psql->finish;
}

# A downgrade; and an error, after which the session is not taken for a run
gate('true');
{
	my $psql = Background->new($node, "\\set ON_ERROR_STOP off\nSET application_name = 'runner';\nBEGIN;\nSELECT schemamig.downgrade('base');\n\\echo over");
	wait_until_at_gate("revision = 'r2'");
	is(watch($progress_sql), '|2|3|1|1|downgrade|r2|second, with a comma', 'a downgrade');
	$node->safe_psql('postgres', "SELECT pg_cancel_backend(pid) FROM schemamig.progress");
	$psql->wait_for(qr/over/);
	is(watch('SELECT count(*) FROM schemamig.progress'), '0', 'after an error nothing is under way');
	$psql->finish;
}

# A message that is longer than what pg_stat_activity keeps
{
	my $psql = Background->new($node, "SELECT schemamig.upgrade('long1');");
	wait_until_at_gate("revision = 'long1' AND statement = 1");
	is(watch('SELECT step, steps, statement, message = repeat(\'é\', length(message)) AND length(message) > 400 FROM schemamig.progress'), '1|1|1|t', 'a very long message is cut');
	gate('false');
	$psql->finish;
}

# Without track_activities a run is a run, only nobody sees it.
is($node->safe_psql('postgres', "SET client_min_messages = warning; SET track_activities = off; SELECT count(*) FROM schemamig.downgrade('r1'); SELECT count(*) FROM schemamig.upgrade('r3'); SELECT count(*) FROM schemamig.progress"),
	"2\n2\n0", 'track_activities = off');

# Notifications come with the commit, in order, and not at all after a rollback.
{
	my $listener = Background->new($node, "LISTEN schemamig;\nSELECT 'listening';");
	$listener->wait_for(qr/listening/);

	# what has arrived up to a notification of the test's own
	my $barrier = 0;
	my $payloads = sub {
		$barrier++;
		$node->safe_psql('postgres', "NOTIFY schemamig, 'barrier $barrier'");
		for (1 .. 10 * $PostgreSQL::Test::Utils::timeout_default)
		{
			$listener->send("SELECT 'look $_';");
			$listener->wait_for(qr/look $_\n/);
			last if $listener->{out} =~ /"barrier $barrier"/;
			select undef, undef, undef, 0.1;
		}
		my @payloads = $listener->{out} =~ /payload "(\{.*\})" received/g;
		$listener->{out} = '';
		return map { sprintf '%s %s %s', /"direction": "(\w+)"/, /"revision": "(\w+)"/, /"tenant": "([^"]*)"/ } @payloads;
	};

	is_deeply([ $payloads->() ], [], 'a listener hears nothing of what was before');
	$node->safe_psql('postgres', "BEGIN; SELECT schemamig.downgrade('base'); ROLLBACK");
	is_deeply([ $payloads->() ], [], 'nor of what was rolled back');
	my $psql = Background->new($node, "BEGIN;\nSELECT schemamig.downgrade('r1');\nSELECT 'done';");
	$psql->wait_for(qr/done/);
	is_deeply([ $payloads->() ], [], 'nor before the commit');
	$psql->send('COMMIT;');
	$psql->finish;
	is_deeply([ $payloads->() ], [ 'downgrade r3 ', 'downgrade r2 ' ], 'after the commit: a payload for each step');
	$node->safe_psql('postgres', "SELECT schemamig.upgrade('r3'); SELECT schemamig.upgrade('r3', tenant => 'a tenant')");
	is_deeply([ $payloads->() ], [ 'upgrade r2 ', 'upgrade r3 ', 'upgrade r3 a tenant' ], 'with the tenant');
	$listener->finish;
}

$node->stop;
done_testing();
