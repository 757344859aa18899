# Runs in the background: start(), wait(), cancel() and the view runs.  A worker
# outlives its session, is what the session is, tells what has gone wrong, and
# leaves nothing behind when it ends before its time.

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
$node->append_conf('postgresql.conf', <<'CONF');
restart_after_crash = on
max_worker_processes = 8
CONF
$node->start;

# r1 ends on its own; r2 has three transactions, and stops in the last one while
# the gate is closed.
$node->safe_psql('postgres', <<'SQL');
SET client_min_messages = warning;
CREATE EXTENSION schemamig;
CREATE TABLE gate (closed boolean);
INSERT INTO gate VALUES (false);
CREATE FUNCTION public.pass_gate() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	WHILE (SELECT closed FROM public.gate) LOOP
		PERFORM pg_sleep(0.01);
	END LOOP;
END $$;
CREATE TABLE seen (n int GENERATED ALWAYS AS IDENTITY, what text);
GRANT SELECT ON gate TO PUBLIC;
GRANT INSERT, SELECT ON seen TO PUBLIC;
CREATE SCHEMA north;
CREATE SCHEMA south;
CREATE ROLE watcher LOGIN;
GRANT USAGE ON SCHEMA schemamig TO watcher;
GRANT SELECT ON schemamig.runs TO watcher;
CREATE ROLE owner;
CREATE SCHEMA app AUTHORIZATION owner;
CREATE ROLE deploy LOGIN;
GRANT owner TO deploy;
CREATE ROLE other LOGIN;
GRANT USAGE ON SCHEMA schemamig TO owner, other;
GRANT EXECUTE ON ALL ROUTINES IN SCHEMA schemamig TO owner;
SELECT schemamig.revision('first', 'CREATE TABLE one (i int); CREATE INDEX CONCURRENTLY one_i ON one (i)', 'DROP TABLE one', rev_id => 'r1');
SELECT schemamig.revision('second', 'CREATE TABLE two (i int); CREATE INDEX CONCURRENTLY two_i ON two (i); SELECT public.pass_gate(); CREATE TABLE three (i int)',
	'DROP TABLE two, three', rev_id => 'r2');
SELECT schemamig.revision('fails', 'CREATE TABLE four (i int); CREATE INDEX CONCURRENTLY four_i ON four (i); SELECT 1; SELECT 1 / (SELECT count(*) FROM four)',
	'DROP TABLE four', rev_id => 'f1', head => '{base}');
SQL

sub query
{
	my ($sql, @params) = @_;
	return $node->safe_psql('postgres', $sql, extra_params => \@params,
		timeout => $PostgreSQL::Test::Utils::timeout_default);
}

# Runs SQL that fails, and returns its SQLSTATE and message
sub error_of
{
	my ($sql, @params) = @_;
	my ($rc, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\n$sql", extra_params => \@params);
	return $err =~ /ERROR:  (.*)/ ? $1 : "no error: $out";
}

# Starts a run and returns its number; the session has ended then
sub start
{
	my ($arguments, $set, @params) = @_;
	return query(($set // '') . "SELECT schemamig.start($arguments)", @params);
}

sub wait_for
{
	my ($condition, $what) = @_;
	$node->poll_query_until('postgres', "SELECT $condition") or die "$what";
	return;
}

sub gate
{
	my ($closed) = @_;
	query("UPDATE gate SET closed = $closed");
	return;
}

sub column
{
	my ($run, $columns) = @_;
	return query("SELECT concat_ws(' | ', $columns) FROM schemamig.runs WHERE run = $run");
}

# Starts an upgrade to r2 and returns its number when it stands at the gate
sub start_to_gate
{
	my ($arguments, $set) = @_;
	gate('true');
	my $run = start($arguments // "'r2'", $set);
	wait_for("EXISTS (SELECT FROM schemamig.runs WHERE run = $run AND revision = 'r2' AND statement = 3)", 'the run does not come to the gate');
	return $run;
}

# Down to base again, with nothing left
sub undo
{
	my ($what) = @_;
	gate('false');
	query("SET client_min_messages = warning; CALL schemamig.migrate('base', 'downgrade')");
	wait_for(q(NOT EXISTS (SELECT FROM pg_stat_activity WHERE backend_type LIKE 'schemamig run %')), 'a worker stays');
	is(query(q(SELECT string_agg(relname, ' ') FROM pg_class WHERE relname ~ '^(one|two|three|four)' AND relnamespace = 'public'::regnamespace)),
		'', "$what: nothing is left");
	is(query(q(SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 77)), '0', "$what: no lock either");
	is(query('SELECT count(*) FROM schemamig.validate()'), '0', "$what: nothing is wrong");
	return;
}

# ---------------------------------------------------------------------------
# Start and wait, in one session, with a statement that waits for all snapshots

is(query("SELECT schemamig.start('r1') AS run \\gset\nCALL schemamig.wait(:run);\nCALL schemamig.wait(:run);\n"
	. "SELECT state, alive, pid IS NULL, command, direction, target, steps, step, finished_at >= started_at FROM schemamig.runs WHERE run = :run;\n"
	. "SELECT indisvalid FROM pg_index WHERE indexrelid = 'one_i'::regclass;"),
	"done|f|t|start|upgrade|r1|1||t\nt", 'a run with CREATE INDEX CONCURRENTLY, waited for');
is(query("SELECT schemamig.start('r1') AS run \\gset\nCALL schemamig.wait(:run);\nSELECT state, steps FROM schemamig.runs WHERE run = :run"),
	'done|0', 'a run that has nothing to do');
undo('a run');

like(error_of('CALL schemamig.wait(0)'), qr/^42704: run 0 does not exist/, 'wait: no such run');
like(error_of('CALL schemamig.wait(NULL)'), qr/^22004:/, 'wait: null');
like(error_of('BEGIN; CALL schemamig.wait(1)'), qr/^25001:/, 'wait in a transaction block');
like(error_of('DO $$ BEGIN CALL schemamig.wait(1); END $$'), qr/^25001:/, 'wait in DO');
like(error_of('SELECT schemamig.cancel(0)'), qr/^42704:/, 'cancel: no such run');

# ---------------------------------------------------------------------------
# The session is gone while the run goes on, and others see what it does

{
	my $run = start_to_gate();
	my $step = q(SELECT state, alive, step, steps, revision, statement, statements, role, finished_at IS NULL FROM schemamig.runs WHERE run = );

	is(query("$step$run", '-U', 'watcher'), 'running|t|2|2|r2|3|4|postgres|t', 'the view, for a role that may do nothing else');
	is(query("SELECT backend_type, a.state, query FROM pg_stat_activity a JOIN schemamig.runs r USING (pid) WHERE run = $run"),
		"schemamig run $run|active|schemamig: step 2/2, statement 3/4: upgrade r2, second", 'its process');
	is(query("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"), '0', 'the session is gone');
	is(query("SET track_activities = off; SET SESSION AUTHORIZATION watcher; $step$run"), 'running|t|2|2|r2|3|4|postgres|t', 'the same for any session');

	my $old = Background->new($node, "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 'at first', state FROM schemamig.runs WHERE run = $run;");
	$old->wait_for(qr/^at first\|running$/m);
	my $waiting = Background->new($node, "SET application_name = 'waiting';\nCALL schemamig.wait($run);\nSELECT 'over';");
	wait_for("EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'waiting' AND wait_event_type = 'Extension' AND backend_xmin IS NULL)",
		'wait() has a snapshot');
	unlike($waiting->{out}, qr/over/, 'who waits, waits');
	like(error_of("SET statement_timeout = '50ms'; CALL schemamig.wait($run)"), qr/^57014: .*statement timeout/, 'unless he has no time');
	gate('false');
	$waiting->wait_for(qr/^over$/m);
	$waiting->finish;
	is(query("$step$run", '-U', 'watcher'), 'done|f||2|||' . '|postgres|f', 'the run is done');
	$old->send("SELECT 'then', state, alive FROM schemamig.runs WHERE run = $run;");
	$old->wait_for(qr/^then\|.*\n/m);
	like($old->{out}, qr/^then\|running\|t$/m, 'an old snapshot does not take it for interrupted');
	$old->finish;
	undo('a run without its session');
}

# in a transaction that is rolled back
{
	my $run = query("BEGIN; SELECT schemamig.start('r1'); ROLLBACK");
	query("CALL schemamig.wait($run)");
	is(query('SELECT revision FROM schemamig.current()'), 'r1', 'the run does not end with the transaction that has started it');
	undo('a rollback');
}

# ---------------------------------------------------------------------------
# The worker is what the session is

sub seen
{
	my ($set, $script, @params) = @_;
	query("SET client_min_messages = warning; TRUNCATE seen; SELECT schemamig.revision('look', \$script\$ $script \$script\$, '', rev_id => 'look', head => '{base}')");
	my $run = start("'look'", $set, @params);
	query("CALL schemamig.wait($run)");
	my $seen = query('SELECT what FROM seen ORDER BY n');
	query("SET client_min_messages = warning; SELECT schemamig.downgrade('look\@base'); SELECT schemamig.drop_revision('look')");
	return $seen;
}
{
	my $look = 'INSERT INTO public.seen (what) SELECT concat_ws($$ | $$, '
	  . join(', ', map { "current_setting('$_', true)" }
		  qw(search_path work_mem DateStyle TimeZone application_name app.who default_transaction_isolation transaction_isolation enable_seqscan statement_timeout client_encoding))
	  . ', pg_client_encoding());';
	my $client = 'app, public | 3MB | SQL, DMY | Asia/Tokyo | client | me | read committed | repeatable read | on | 0 | LATIN1 | LATIN1';
	my $session = q(app, "$user" | 5MB | SQL, DMY | Asia/Tokyo | client | it's | repeatable read | repeatable read | off | 1min | LATIN1 | LATIN1);

	local $ENV{PGOPTIONS} = '-c search_path=app,\ public -c work_mem=3MB -c datestyle=SQL,DMY -c TimeZone=Asia/Tokyo -c app.who=me';
	local $ENV{PGAPPNAME} = 'client';
	local $ENV{PGCLIENTENCODING} = 'LATIN1';
	my $set = q(SET search_path = app, "$user"; SET work_mem = '5MB'; SET app.who = 'it''s';
		SET default_transaction_isolation = 'repeatable read'; BEGIN ISOLATION LEVEL SERIALIZABLE; SET LOCAL enable_seqscan = off; SET statement_timeout = '1min';);
	is(seen("$set ", "$look RESET ALL; $look"), "$session\n$client", 'settings, and what RESET goes back to');
}

my $who = q(INSERT INTO public.seen (what) SELECT session_user || ' ' || current_user);
is(seen('', $who), 'postgres postgres', 'user: who has logged in');
is(seen('SET ROLE owner; ', $who), 'postgres owner', 'user: SET ROLE to a role that cannot log in');
is(seen("SET schemamig.role = 'owner'; ", $who), 'postgres owner', 'user: schemamig.role');
is(seen('SET SESSION AUTHORIZATION deploy; ', $who), 'deploy deploy', 'user: SET SESSION AUTHORIZATION');
is(seen('SET SESSION AUTHORIZATION deploy; SET ROLE owner; ', $who), 'deploy owner', 'user: both');
query('ALTER ROLE deploy SET role = owner');
is(seen('', $who, '-U', 'deploy'), 'deploy owner', 'user: a role that is set for who logs in');
is(seen('SET ROLE NONE; ', $who, '-U', 'deploy'), 'deploy deploy', 'user: which the session has left');
query('ALTER ROLE deploy RESET role');

query('ALTER ROLE deploy SET session_preload_libraries = plpgsql');
is(seen('', q(INSERT INTO public.seen (what) SELECT current_setting('plpgsql.variable_conflict')), '-U', 'deploy'), 'error',
	'libraries that are loaded into the sessions of the user');
query('ALTER ROLE deploy RESET session_preload_libraries');

# the arguments, whatever is in them
query(q(SET client_min_messages = warning; CREATE SCHEMA "a'b\\c ""d""";
	SELECT schemamig.revision('look', $$INSERT INTO public.seen (what) SELECT current_schema || ' ' || :'v'$$, '', rev_id => 'it''s\\', head => '{base}')));
{
	my $run = start(q(E'it\'s\\\\', tenant => E'a\'b\\\\c "d"', variables => jsonb_build_object('v', E'\'\\\\"é')), 'SET standard_conforming_strings = off; ');
	query("CALL schemamig.wait($run)");
	is(query('SELECT what FROM seen ORDER BY n DESC LIMIT 1'), q(a'b\c "d" '\"é), 'quotes and backslashes in arguments');
	query(q(SET client_min_messages = warning; SELECT schemamig.downgrade('it''s\\@base', tenant => 'a''b\\c "d"'); SELECT schemamig.drop_revision('it''s\\');
		DROP SCHEMA "a'b\\c ""d"""; SELECT schemamig.drop_tenant('a''b\\c "d"')));
}

# authors who are trusted in the session, by a superuser
query(q(SET client_min_messages = warning; GRANT EXECUTE ON FUNCTION schemamig.revision TO other; SET ROLE other;
	SELECT schemamig.revision('by other', 'SELECT 1', '', rev_id => 'o1', head => '{base}')));
{
	my $run = start("'o1'", 'SET ROLE owner; SET LOCAL ROLE NONE; ', '-U', 'deploy');
	like(error_of("CALL schemamig.wait($run)"), qr/^42501: .*o1/, 'an author who is not trusted');
	$run = start("'o1'", "SET schemamig.trusted_authors = 'other'; SET SESSION AUTHORIZATION deploy; ");
	query("CALL schemamig.wait($run)");
	is(column($run, 'state'), 'done', 'schemamig.trusted_authors is carried over');
	query(q(SET client_min_messages = warning; SET schemamig.trusted_authors = 'other'; CALL schemamig.migrate('o1@base', 'downgrade'); SELECT schemamig.drop_revision('o1')));
}

# what a session has been lent cannot be carried over
query(q(CREATE FUNCTION lend_setting() RETURNS void LANGUAGE sql SECURITY DEFINER AS $$SELECT set_config('log_statement', 'ddl', false)$$));
like(error_of('SELECT lend_setting(); SELECT schemamig.start()', '-U', 'deploy'),
	qr/^42501: permission denied to set parameter "log_statement"/, 'a setting that the user may not set');
query(q(SET client_min_messages = warning; CREATE FUNCTION start_as_owner() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT schemamig.start()'));
like(error_of('SELECT start_as_owner()', '-U', 'deploy'), qr/^42501: cannot start a background run inside a security-definer function/, 'SECURITY DEFINER');

# ---------------------------------------------------------------------------
# Errors: of the call, of the worker before the run has begun, and of the run

my $runs = query('SELECT count(*) FROM schemamig.run');
like(error_of("SELECT schemamig.start('r1', 'sideways')"), qr/^22023: invalid direction "sideways"/, 'no such direction');
like(error_of('SELECT schemamig.start(NULL)'), qr/^22004:/, 'target is null');
like(error_of(q(SELECT schemamig.start(variables => '[1]'))), qr/^22023:/, 'variables are no object');
like(error_of('BEGIN READ ONLY; SELECT schemamig.start()'), qr/^25006:/, 'a read-only transaction');
like(error_of('SELECT schemamig.start()', '-U', 'other'), qr/^42501: permission denied for function start/, 'a role that was not granted it');
query('GRANT EXECUTE ON FUNCTION schemamig.start TO other');
like(error_of('SELECT schemamig.start()', '-U', 'other'), qr/^42501: permission denied for procedure migrate/, 'nor the procedure');
like(error_of("SET schemamig.role = 'nobody'; SELECT schemamig.start()"), qr/^42704: role "nobody" does not exist/, 'a role that does not exist');
query('ALTER ROLE deploy SET client_encoding = LATIN1');
like(error_of("SET schemamig.role = '\xe9'; SELECT schemamig.start()", '-U', 'deploy'), qr/^42704: role "\xe9" does not exist/, 'in the encoding of the client');
query('ALTER ROLE deploy RESET client_encoding');
{
	my $psql = Background->new($node, "\\set ON_ERROR_STOP off\nSELECT 'there';", user => 'deploy');
	$psql->wait_for(qr/there/);
	query('REVOKE CONNECT ON DATABASE postgres FROM PUBLIC');
	$psql->send("SELECT schemamig.start();\nSELECT 'still', current_user;");
	$psql->wait_for(qr/^still\|/m);
	my ($rc, $out, $err) = $psql->finish;
	like($out, qr/^still\|deploy$/m, 'a worker that cannot connect does not end the session');
	is($err, 'psql:<stdin>:3: ERROR:  42501', 'but is an error');
	query('GRANT CONNECT ON DATABASE postgres TO PUBLIC');
}
is(query('SELECT count(*) FROM schemamig.run'), $runs, 'none of these is a run');

{
	my $run = start("'f1'");
	wait_for("state = 'failed' FROM schemamig.runs WHERE run = $run", 'the run does not fail');
	is(column($run, 'state, alive, sqlstate, error, step, steps, revision, statement, statements'),
		'failed | f | 22012 | division by zero | 1 | 1 | f1 | 3 | 4', 'a run that has failed');
	my ($rc, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\nCALL schemamig.wait($run)");
	like($err, qr{ERROR:  22012: division by zero\nCONTEXT:  run $run, step 1/1, upgrade of revision "f1"}, 'its error is that of wait');
	query(q(SET client_min_messages = warning; SELECT schemamig.edit('f1', upgrade => 'CREATE TABLE four (i int); CREATE INDEX CONCURRENTLY four_i ON four (i)')));
	$run = start("'f1'");
	query("CALL schemamig.wait($run)");
	is(column($run, 'state'), 'done', 'after it was put right the next one goes on');
	undo('a failed run');
	query(q(SELECT schemamig.drop_revision('f1')));
}
like(error_of("SELECT schemamig.start('nowhere') AS run \\gset\nCALL schemamig.wait(:run)"), qr/^42704: .*nowhere/, 'a run whose target does not exist');

# a script cannot start a run
query(q(SET client_min_messages = warning; SELECT schemamig.revision('starts', 'SELECT schemamig.start()', '', rev_id => 's1', head => '{base}')));
like(error_of("SELECT schemamig.start('s1') AS run \\gset\nCALL schemamig.wait(:run)"), qr/^55000: schemamig is in the middle of a run/, 'a run that starts a run');
query(q(SELECT schemamig.drop_revision('s1')));

# the session gives up before the run has begun: the worker ends, too
foreach my $way ('pg_cancel_backend', 'pg_terminate_backend')
{
	my $holder = Background->new($node, "BEGIN; LOCK TABLE schemamig.run; SELECT 'locked';");
	$holder->wait_for(qr/locked/);
	my $psql = Background->new($node, "SET application_name = 'starting';\nSELECT schemamig.start();");
	wait_for("EXISTS (SELECT FROM pg_stat_activity WHERE backend_type LIKE 'schemamig run %' AND wait_event_type = 'Lock')", 'the worker does not wait');
	query("SELECT $way(pid) FROM pg_stat_activity WHERE application_name = 'starting' AND backend_type = 'client backend'");
	$psql->finish;
	wait_for(q(NOT EXISTS (SELECT FROM pg_stat_activity WHERE backend_type LIKE 'schemamig run %')), 'the worker stays');
	$holder->finish;
	undo("$way before the run has begun");
}

# ---------------------------------------------------------------------------
# A worker that is killed: what is committed is kept, and the next run goes on

foreach my $way (
	[ 'pg_terminate_backend', 'start' ],
	[ 'kill -9', 'migrate' ])
{
	my ($what, $next) = @$way;
	my $run = start_to_gate();
	my $pid = column($run, 'pid');

	if ($what eq 'kill -9')
	{
		kill 'KILL', $pid;
		Background::wait_until_gone($node, $pid);
	}
	else
	{
		query("SELECT pg_terminate_backend($pid)");
		wait_for("state = 'interrupted' FROM schemamig.runs WHERE run = $run", 'the run is not interrupted');
	}
	is(column($run, 'state, alive, step, steps, revision, statement, statements'), 'interrupted | f | 2 | 2 | r2 | 3 | 4', "$what: the run is interrupted");
	is(query("SELECT status FROM schemamig.run WHERE run = $run"), 'running', "$what: which it could not note");
	like(error_of("CALL schemamig.wait($run)"), qr/^55000: run $run was interrupted/, "$what: wait tells it");
	is(query("SELECT schemamig.cancel($run)"), 'f', "$what: there is nothing to cancel");
	gate('false');
	query($next eq 'start'
		? "SELECT schemamig.start('r2') AS run \\gset\nCALL schemamig.wait(:run)"
		: "SET client_min_messages = warning; CALL schemamig.migrate('r2')");
	is(query('SELECT revision FROM schemamig.current()'), 'r2', "$what: the next $next goes on to the end");
	is(query("SELECT status FROM schemamig.run WHERE run = $run"), 'interrupted', "$what: and notes it");
	is(column($run, 'state, alive, step, revision, statement'), 'interrupted | f | 2 | r2 | 3', "$what: the view says the same");
	undo($what);
}

# cancelled
{
	my $run = start_to_gate();

	query('GRANT EXECUTE ON FUNCTION schemamig.cancel TO other');
	like(error_of("SELECT schemamig.cancel($run)", '-U', 'other'), qr/^42501:/, 'cancel: not by everyone');
	is(query("SELECT schemamig.cancel($run)"), 't', 'cancel');
	like(error_of("CALL schemamig.wait($run)"), qr/^57014:/, 'cancel: the run fails');
	is(column($run, 'state, sqlstate, revision, statement'), 'failed | 57014 | r2 | 3', 'cancel: as the view says');
	is(query("SELECT schemamig.cancel($run)"), 'f', 'cancel: nothing to cancel any more');
	gate('false');
	query("SET client_min_messages = warning; CALL schemamig.migrate('r2')");
	is(column($run, 'state'), 'failed', 'cancel: the next one goes on');
	undo('cancel');
}

# ---------------------------------------------------------------------------
# Several at once

# a tenant has one run at a time
{
	my $first = start_to_gate();
	my $second = start("'r2'", "SET schemamig.run_timeout = '100ms'; ");
	like(error_of("CALL schemamig.wait($second)"), qr/^55P03: could not obtain the lock on running revisions/, 'a second run gives up');
	is(column($first, 'state'), 'running', 'the first one goes on');
	my $third = start("'r2'", 'SET schemamig.run_timeout = -1; ');
	wait_for("EXISTS (SELECT FROM pg_stat_activity JOIN schemamig.runs r USING (pid) WHERE run = $third AND wait_event_type = 'Extension')", 'the third run does not wait');
	is(column($third, 'state, alive, step, steps'), 'running | t', 'a third one waits');
	like(query("SELECT query FROM pg_stat_activity JOIN schemamig.runs r USING (pid) WHERE run = $third"), qr/^CALL schemamig\.migrate\('r2'/, 'its query');

	# all workers that there can be
	like(error_of(q(DO $$ BEGIN SET LOCAL schemamig.run_timeout = -1; FOR i IN 1 .. 9 LOOP PERFORM schemamig.start('r2'); END LOOP; END $$)),
		qr/^53000: could not start a background worker/, 'no worker is free');
	gate('false');
	query("CALL schemamig.wait($_)") for $first, $third;
	is(column($third, 'state, steps'), 'done | 0', 'it has nothing to do then');
	wait_for("NOT EXISTS (SELECT FROM schemamig.runs WHERE alive)", 'a worker waits on');
	is(query("SELECT count(*) FROM schemamig.runs WHERE run > $third AND state <> 'done'"), '0', 'nor have the others');
	undo('many runs');
}

# two tenants have two
query(q(SET client_min_messages = warning; SELECT schemamig.revision('tenants', 'SELECT public.pass_gate(); CREATE TABLE here (i int)', 'DROP TABLE here', rev_id => 't1', head => '{base}')));
{
	gate('true');
	my @runs = map { start("'t1', tenant => '$_'") } qw(north south);
	wait_for("count(*) = 2 FROM schemamig.runs WHERE alive AND statement = 1", 'the runs do not go on side by side');
	is(query("SELECT string_agg(tenant || ' ' || revision, ', ' ORDER BY tenant) FROM schemamig.runs WHERE alive"), 'north t1, south t1', 'two tenants side by side');
	gate('false');
	query("CALL schemamig.wait($_)") for @runs;
	is(query("SELECT string_agg(table_schema, ' ' ORDER BY table_schema) FROM information_schema.tables WHERE table_name = 'here'"), 'north south', 'both get there');
	query("SET client_min_messages = warning; CALL schemamig.migrate('base', 'downgrade', '$_')") for qw(north south);
	query(q(SELECT schemamig.drop_revision('t1')));
	undo('tenants');
}

# A script that lets go of all advisory locks is still alive in its next
# statement
query(q(SET client_min_messages = warning; SELECT schemamig.revision('unlock', 'SELECT pg_advisory_unlock_all(); VACUUM seen; SELECT public.pass_gate()', '', rev_id => 'u1', head => '{base}')));
{
	gate('true');
	my $run = start("'u1'");
	wait_for("EXISTS (SELECT FROM schemamig.runs WHERE run = $run AND statement = 3)", 'the run does not come to the gate');
	is(column($run, 'state, alive'), 'running | t', 'pg_advisory_unlock_all');
	gate('false');
	query("CALL schemamig.wait($run)");
	query(q(SET client_min_messages = warning; SELECT schemamig.downgrade('u1@base'); SELECT schemamig.drop_revision('u1')));
}

# An ordinary role that was granted all of it; and many in one session, good and
# bad, which leave nothing there
{
	query('GRANT SELECT ON schemamig.runs TO deploy');
	is(query("SELECT schemamig.start('base', 'downgrade') AS run \\gset\nCALL schemamig.wait(:run);\nSELECT schemamig.cancel(:run);\nSELECT state, role FROM schemamig.runs WHERE run = :run;", '-U', 'deploy'),
		"f\ndone|deploy", 'an ordinary role');
	is(query(<<'SQL'), "t\n0", 'many runs leave nothing in the session');
CREATE PROCEDURE start_many(n int) LANGUAGE plpgsql AS $$
BEGIN
	FOR i IN 1 .. n LOOP
		BEGIN
			SET LOCAL ROLE other;
			PERFORM schemamig.start('base', 'downgrade');
		EXCEPTION WHEN insufficient_privilege THEN
		END;
		PERFORM schemamig.start(CASE WHEN i % 2 = 0 THEN 'base' ELSE 'nowhere' END, 'downgrade');
		COMMIT;
		WHILE (SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'schemamig run %') > 3 LOOP
			PERFORM pg_sleep(0.001);
			PERFORM pg_stat_clear_snapshot();
		END LOOP;
	END LOOP;
END $$;
CREATE TEMP TABLE used (after int, bytes bigint);
CALL start_many(20);
INSERT INTO used SELECT 1, used_bytes FROM pg_backend_memory_contexts WHERE name = 'TopMemoryContext';
CALL start_many(100);
INSERT INTO used SELECT 2, used_bytes FROM pg_backend_memory_contexts WHERE name = 'TopMemoryContext';
SELECT b.bytes - a.bytes < 1000 FROM used a, used b WHERE a.after = 1 AND b.after = 2;
SELECT count(*) FROM schemamig.runs WHERE state = 'interrupted' AND run > (SELECT max(run) - 100 FROM schemamig.run);
SQL
	undo('many starts');
}

$node->stop;
done_testing();
