# Locks: migrate() gives up waiting and tries again, tells who is in its way, and
# lets others through meanwhile; CONCURRENTLY waits as long as it takes; what
# holds strong locks for too long is ended; runs wait for each other without a
# snapshot.

use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use Background;

# Under valgrind everything takes longer, but what is to be too long must be, too.
my $slow = $PostgreSQL::Test::Utils::timeout_default > 180 ? 5 : 1;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "autovacuum = off\nmax_prepared_transactions = 2\n");
$node->start;

# pass_gate() waits while the gate is closed; tries counts, also what is rolled
# back.
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION schemamig;
CREATE ROLE watcher LOGIN;
GRANT USAGE ON SCHEMA schemamig TO watcher;
GRANT SELECT ON schemamig.progress TO watcher;
CREATE SEQUENCE tries;
CREATE TABLE gate (closed boolean);
INSERT INTO gate VALUES (false);
CREATE FUNCTION public.pass_gate() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	WHILE (SELECT closed FROM public.gate) LOOP
		PERFORM pg_sleep(0.01);
	END LOOP;
END $$;
CREATE FUNCTION public.slow(i anyelement) RETURNS anyelement LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	PERFORM pg_sleep(0.05);
	RETURN i;
END $$;
CREATE TABLE t (a int PRIMARY KEY, b int);
INSERT INTO t SELECT i, i FROM generate_series(1, 100) i;
CREATE TABLE t2 (a int);
CREATE TABLE victim (a int);
CREATE TABLE parts (a int) PARTITION BY RANGE (a);
CREATE TABLE part PARTITION OF parts FOR VALUES FROM (0) TO (10);
CREATE TABLE part2 PARTITION OF parts FOR VALUES FROM (10) TO (20);
SQL

sub sql
{
	my ($sql) = @_;
	return $node->safe_psql('postgres', $sql);
}

sub poll
{
	my ($sql, $what) = @_;
	$node->poll_query_until('postgres', $sql) or die "$what does not happen";
	return;
}

# A session that goes on after errors; its messages are complete
sub session
{
	my ($name, $sql) = @_;
	return Background->new($node, "\\set ON_ERROR_STOP off\n\\set VERBOSITY verbose\nSET application_name = '$name';\n$sql");
}

# Starts a session that holds something in a transaction, and returns it then
sub holder
{
	my ($sql) = @_;
	my $holder = session('holder', "BEGIN;\n$sql;\nSELECT 'pid ' || pg_backend_pid();");
	$holder->wait_for(qr/pid \d+/);
	($holder->{pid}) = $holder->{out} =~ /pid (\d+)/;
	return $holder;
}

sub wait_for_message
{
	my ($psql, $pattern) = @_;
	$psql->{run}->pump until $psql->{err} =~ $pattern;
	return;
}

# The messages of a session that has ended, without the places in the source
sub messages
{
	my ($psql) = @_;
	my ($rc, $out, $err) = $psql->finish;
	$err =~ s/^LOCATION: .*\n?//mg;
	$err =~ s/^psql:\S+ //mg;
	return ($out, $err);
}

# The only revision there is, on which migrate() is tried
sub revision
{
	my ($upgrade) = @_;
	$node->safe_psql('postgres', <<'SQL', extra_params => [ '-v', "upgrade=$upgrade" ]);
SET client_min_messages = error;
SELECT schemamig.stamp('base');
SELECT schemamig.drop_revision('r', force => true) FROM schemamig.revision;
SELECT schemamig.revision('revision', :'upgrade', '', rev_id => 'r');
SELECT setval('tries', 1, false);
SQL
	return;
}

# How often the script has called nextval('tries')
sub tries
{
	return sql('SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM tries');
}

sub is_applied
{
	my ($applied, $what) = @_;
	is(sql("SELECT (SELECT count(*) FROM schemamig.applied) || ' applied, ' || (SELECT count(*) FROM schemamig.unfinished) || ' unfinished, ' || (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory')"
				. " || ' locks, ' || (SELECT count(*) FROM schemamig.validate()) || ' problems'"),
		"$applied applied, 0 unfinished, 0 locks, 0 problems", $what);
	return;
}

my $columns = "SELECT string_agg(attname, ' ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0 AND NOT attisdropped";

# ---------------------------------------------------------------------------
# A lock that somebody holds for a while: migrate() fails nobody, and a reader
# does not wait longer than one lock timeout

{
	my $lock_timeout = 600 * $slow;
	revision("SELECT nextval('tries'); ALTER TABLE t ADD c int");
	sql(<<'SQL');
CREATE TABLE reading (ms float);
CREATE TABLE reading_ends ();
CREATE PROCEDURE read_until_end() LANGUAGE plpgsql AS $$
DECLARE
	start timestamptz;
BEGIN
	WHILE NOT EXISTS (SELECT FROM reading_ends HAVING count(*) > 0) LOOP
		start := clock_timestamp();
		PERFORM count(*) FROM t;
		COMMIT;
		INSERT INTO reading VALUES (extract(epoch FROM clock_timestamp() - start) * 1000);
		COMMIT;
		PERFORM pg_sleep(0.005);
	END LOOP;
END $$;
SQL
	my $holder = holder('SELECT count(*) FROM t');
	my $reader = session('reader', 'CALL read_until_end();');
	poll('SELECT count(*) > 5 FROM reading', 'reading');
	my $psql = session('migrator', "SET lock_timeout = '7s';\nSET schemamig.lock_timeout = $lock_timeout;\nCALL schemamig.migrate();\nSELECT 'lock_timeout ' || current_setting('lock_timeout');");
	poll("SELECT waiting_for = ARRAY[$holder->{pid}] AND statement = 2 AND phase IS NULL FROM schemamig.progress", 'waiting');
	wait_for_message($psql, qr/(trying again.*){3}/s);
	# the reader has come through, and the holder still holds its lock
	my $n = sql('SELECT count(*) FROM reading');
	poll("SELECT count(*) > $n FROM reading", 'reading');
	is(sql("SELECT count(*) FROM pg_locks WHERE pid = $holder->{pid} AND granted AND relation = 't'::regclass"), '1', 'readers come through, and the first session still has its lock');
	my $longest = sql('SELECT round(max(ms)::numeric, 1) FROM reading');
	my $typical = sql("SELECT round((percentile_cont(0.5) WITHIN GROUP (ORDER BY ms))::numeric, 1) || ' ms, of ' || count(*) FROM reading");
	note("the longest read took $longest ms, half of them less than $typical; schemamig.lock_timeout was $lock_timeout ms");
	cmp_ok($longest, '<', 2 * $lock_timeout, 'the longest read waited for about one lock timeout at most');
	cmp_ok($longest, '>', $lock_timeout / 8, 'and one did wait behind migrate()');
	like(sql($columns), qr/^a b$/, 'the revision is not applied yet');
	$holder->send('COMMIT;');
	$psql->wait_for(qr/lock_timeout/);
	sql('INSERT INTO reading_ends DEFAULT VALUES');
	$reader->finish;
	$holder->finish;
	my ($out, $err) = messages($psql);
	like($err, qr/NOTICE:  00000: revision "r" could not get a lock and is rolled back, trying again in [\d.]+ s\nDETAIL:  Process $holder->{pid} of user "[^"]+", application "holder" \(idle in transaction, in a transaction since [^)]+\), has a lock on relation "t"\.$/m,
		'who is in the way');
	unlike($err, qr/ERROR|WARNING/, 'the run does not fail');
	my $notices = () = $err =~ /trying again/g;
	is(tries(), $notices + 1, "tried $notices times more, from the beginning of the revision");
	is(sql($columns), 'a b c', 'the revision is applied in the end');
	is($out =~ /^(lock_timeout .*)/m && $1, 'lock_timeout 7s', "the session's lock_timeout is as it was");
	is_applied(1, 'and recorded');
	is(sql('SELECT count(*) FROM schemamig.run_step WHERE direction = \'upgrade\''), '1', 'as one step');
	sql('ALTER TABLE t DROP c; DROP TABLE reading, reading_ends; DROP PROCEDURE read_until_end');
}

# The same when the transaction of the revision has done more before, or goes on
# in a piece; and at top level
foreach my $script (
	"INSERT INTO t2 VALUES (nextval('tries')); ALTER TABLE t ADD c int",
	"VACUUM t2; INSERT INTO t2 VALUES (nextval('tries')); ALTER TABLE t ADD c int",
	"INSERT INTO t2 VALUES (nextval('tries')); VACUUM FULL t")
{
	revision($script);
	sql('TRUNCATE t2');
	my $holder = holder('SELECT count(*) FROM t');
	my $psql = session('migrator', "SET schemamig.lock_timeout = 100;\nCALL schemamig.migrate();");
	wait_for_message($psql, qr/trying again/);
	$holder->finish;
	my ($out, $err) = messages($psql);
	unlike($err, qr/ERROR|WARNING/, "tried again: $script");
	like($err, qr/application "holder" .* has a lock on relation "t"/, 'with who was in the way');
	is(sql('SELECT count(*) FROM t2'), '1', 'what was rolled back is done once');
	is_applied(1, 'and recorded');
	sql('ALTER TABLE t DROP IF EXISTS c');
}

# schemamig.lock_timeout = 0 waits without limit, -1 as long as lock_timeout says
{
	revision("SELECT nextval('tries'); ALTER TABLE t ADD c int; ALTER TABLE t DROP c");
	my $holder = holder('SELECT count(*) FROM t');
	my $psql = session('migrator', "SET lock_timeout = '10ms';\nSET schemamig.lock_timeout = 0;\nCALL schemamig.migrate();");
	poll("SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 't'::regclass AND NOT granted AND clock_timestamp() - waitstart > '500ms')", 'waiting');
	$holder->finish;
	my ($out, $err) = messages($psql);
	is(tries(), 1, 'schemamig.lock_timeout = 0: waits without limit');
	is_applied(1, 'applied');

	revision("SELECT nextval('tries'); ALTER TABLE t ADD c int; ALTER TABLE t DROP c");
	$holder = holder('SELECT count(*) FROM t');
	$psql = session('migrator', "SET lock_timeout = '10ms';\nSET schemamig.lock_timeout = -1;\nCALL schemamig.migrate();");
	wait_for_message($psql, qr/trying again/);
	$holder->finish;
	($out, $err) = messages($psql);
	cmp_ok(tries(), '>', 1, 'schemamig.lock_timeout = -1: tries again');
	is_applied(1, 'applied');
}

# A prepared transaction has no process
{
	revision('ALTER TABLE t ADD c int; ALTER TABLE t DROP c; CREATE INDEX CONCURRENTLY t_b ON t (b); DROP INDEX t_b');
	my $psql = session('migrator', <<'SQL');
BEGIN;
SELECT count(*) FROM t;
PREPARE TRANSACTION 'prepared 1';
BEGIN;
UPDATE t2 SET a = a;
PREPARE TRANSACTION 'prepared 2';
SET schemamig.lock_timeout = 100;
CALL schemamig.migrate();
SQL
	wait_for_message($psql, qr/trying again/);
	sql("ROLLBACK PREPARED 'prepared 1'");
	my ($out, $err) = messages($psql);
	like($err, qr/trying again.*\nDETAIL:  Prepared transaction "prepared 1" of user "[^"]+".* has a lock on relation "t"\.$/m, 'a prepared transaction is in the way');
	unlike($err, qr/Process/, 'which is no process');
	unlike($err, qr/ERROR|has to wait/, 'and the other one is not');
	sql("ROLLBACK PREPARED 'prepared 2'");
	is_applied(1, 'applied');

	revision('CREATE INDEX CONCURRENTLY t_b ON t (b); DROP INDEX t_b');
	sql("BEGIN; UPDATE t SET b = b; PREPARE TRANSACTION 'prepared 3'");
	$psql = session('migrator', 'CALL schemamig.migrate();');
	poll("SELECT EXISTS (SELECT FROM schemamig.progress WHERE phase = 'waiting for writers before build')", 'waiting for the writer');
	sql("ROLLBACK PREPARED 'prepared 3'");
	($out, $err) = messages($psql);
	like($err, qr/CREATE INDEX CONCURRENTLY has to wait.*\nDETAIL:  Prepared transaction "prepared 3" of user "[^"]+".* has a lock on relation "t"\.$/m, 'CONCURRENTLY names it, too');
	is_applied(1, 'applied');
}

# ---------------------------------------------------------------------------
# The deadline

foreach my $deadline (1500, 0)
{
	revision("SELECT nextval('tries'); ALTER TABLE t ADD c int");
	my $holder = holder('LOCK TABLE t IN ROW EXCLUSIVE MODE');
	my $psql = session('migrator', <<"SQL");
SET lock_timeout = '7s';
SET schemamig.lock_timeout = '50ms';
SET schemamig.lock_deadline = $deadline;
CALL schemamig.migrate();
SELECT 'lock_timeout ' || current_setting('lock_timeout');
SELECT 'locks ' || count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND (relation = 't'::regclass OR locktype = 'advisory');
SQL
	$psql->wait_for(qr/locks \d/);
	is(sql("SELECT count(*) FROM pg_locks WHERE pid = $holder->{pid} AND granted AND relation = 't'::regclass"), '1', "deadline $deadline: the other session still has its lock");
	$holder->finish;
	my ($out, $err) = messages($psql);
	my $notices = () = $err =~ /trying again/g;
	like($err, qr/ERROR:  55P03: canceling statement due to lock timeout$/m, "deadline $deadline: the error");
	like($err, qr/DETAIL:  (Tried \d+ times in \d+ s\.)?\s*Process $holder->{pid} of user "[^"]+", application "holder" \([^)]*\), has a lock on relation "t"\.$/m, "deadline $deadline: who was in the way");
	like($err, qr/statement 2 of 2.*of the upgrade script of revision "r"/, "deadline $deadline: in which statement");
	is(tries(), $notices + 1, "deadline $deadline: tried $notices times more");
	is($notices, 0, 'a deadline of 0 does not try again') if $deadline == 0;
	cmp_ok($notices, '>', 0, 'a deadline of 1.5 s does') if $deadline != 0;
	is($out =~ /^(lock_timeout .*)/m && $1, 'lock_timeout 7s', "deadline $deadline: lock_timeout is as it was");
	is($out =~ /^(locks .*)/m && $1, 'locks 0', "deadline $deadline: no lock is left");
	is_applied(0, "deadline $deadline: not applied");
	is(sql('SELECT status, sqlstate FROM schemamig.run ORDER BY run DESC LIMIT 1'), 'failed|55P03', "deadline $deadline: the journal knows");
}

# ---------------------------------------------------------------------------
# A deadlock of which migrate() is the victim

{
	revision("SELECT nextval('tries'); LOCK TABLE t2; SELECT pass_gate(); ALTER TABLE t ADD c int");
	sql('UPDATE gate SET closed = true');
	my $other = holder("SET LOCAL deadlock_timeout = '1h';\nLOCK TABLE t");
	my $psql = session('migrator', "SET deadlock_timeout = '10ms';\nSET schemamig.lock_timeout = '20s';\nCALL schemamig.migrate();");
	poll("SELECT EXISTS (SELECT FROM schemamig.progress WHERE statement = 3)", 'the gate');
	$other->send('LOCK TABLE t2;');
	poll("SELECT EXISTS (SELECT FROM pg_locks WHERE pid = $other->{pid} AND NOT granted)", 'waiting');
	sql('UPDATE gate SET closed = false');
	wait_for_message($psql, qr/trying again/);
	$other->send("COMMIT;\nSELECT 'committed';");
	$other->wait_for(qr/committed/);
	my ($out, $err) = messages($psql);
	unlike($err, qr/ERROR|WARNING/, 'a deadlock is no error');
	like($err, qr/could not get a lock and is rolled back, trying again.*\nDETAIL:  Process \d+ waits for AccessExclusiveLock on relation \d+ of database \d+; blocked by process $other->{pid}\./, 'but told');
	is(tries(), 2, 'tried twice');
	is_applied(1, 'applied');
	my ($other_out, $other_err) = messages($other);
	unlike($other_err, qr/ERROR/, 'the other session has not been the victim');
	sql('ALTER TABLE t DROP c');
}

# ---------------------------------------------------------------------------
# Other errors are not tried again

foreach my $sqlstate ('22012', '40001', '57014', '53200', '55000')
{
	revision("SELECT nextval('tries'); DO \$\$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '$sqlstate'; END \$\$");
	my ($out, $err) = messages(session('migrator', 'CALL schemamig.migrate();'));
	like($err, qr/^ERROR:  $sqlstate: no$/m, "$sqlstate is an error");
	is(tries(), 1, 'not tried again');
}

# except that a serialization failure is expected where a transaction has one
# snapshot only
foreach my $level ('repeatable read', 'serializable')
{
	revision("DO \$\$ BEGIN IF nextval('tries') < 2 THEN RAISE EXCEPTION 'conflict' USING ERRCODE = '40001'; END IF; END \$\$");
	my ($out, $err) = messages(session('migrator', "SET default_transaction_isolation = '$level';\nCALL schemamig.migrate();"));
	like($err, qr/NOTICE:  00000: revision "r" was in conflict with another transaction and is rolled back, trying again in [\d.]+ s\nDETAIL:  conflict\.$/m, "$level: a serialization failure is told");
	unlike($err, qr/ERROR/, 'but is no error');
	is(tries(), 2, 'tried again');
	is_applied(1, 'applied');
}

# ---------------------------------------------------------------------------
# CONCURRENTLY waits without limit, and tells for whom

{
	revision('CREATE INDEX CONCURRENTLY t_a ON t (a); DROP INDEX CONCURRENTLY t_a');
	# (what has been waited for ends for good: a transaction that is begun in
	# between might be waited for by whatever comes first)
	my $writer = holder('UPDATE t SET b = b WHERE a = 1');
	my $timeout = 500 * $slow;
	my $transaction_timeout = $node->pg_version >= 17 ? "SET transaction_timeout = " . 1.5 * $timeout . ';' : '';
	my $psql = session('migrator', <<"SQL");
SET lock_timeout = '10ms';
SET schemamig.lock_timeout = '10ms';
SET statement_timeout = '${timeout}ms';
$transaction_timeout
CALL schemamig.migrate();
SELECT 'timeouts ' || string_agg(setting, ' ' ORDER BY name) FROM pg_settings WHERE name IN ('lock_timeout', 'statement_timeout');
SELECT pg_sleep(40);
SQL
	poll("SELECT EXISTS (SELECT FROM schemamig.progress WHERE phase = 'waiting for writers before build' AND now() - since > 2 * interval '$timeout ms')", 'waiting for the writer');
	is($node->safe_psql('postgres', "SELECT run = (SELECT max(a.objid::bigint) FROM pg_locks a WHERE locktype = 'advisory' AND classid = 3), tenant, step, steps, statement, statements, direction, revision, message, since < now(), waiting_for = ARRAY[$writer->{pid}], phase, phase_done, phase_total FROM schemamig.progress",
			extra_params => [ '-U', 'watcher' ]),
		't||1|1|1|2|upgrade|r|revision|t|t|waiting for writers before build|0|1', 'schemamig.progress, for a role without privileges');
	is(sql('SELECT p.run = r.run AND p.pid = r.pid FROM schemamig.progress p, schemamig.run r ORDER BY r.run DESC LIMIT 1'), 't', 'with the number of the run');
	$writer->finish;
	$psql->wait_for(qr/timeouts/);
	my ($out, $err) = messages($psql);
	like($err, qr/NOTICE:  00000: CREATE INDEX CONCURRENTLY has to wait for other sessions\nDETAIL:  Process $writer->{pid} of user "[^"]+", application "holder" \(idle in transaction, in a transaction since [^)]+\), has a lock on relation "t"\.$/m,
		'CONCURRENTLY tells for whom it waits');
	is($out =~ /^timeouts (.*)/m && $1, "10 $timeout", 'afterwards the timeouts are as they were');
	my @errors = $err =~ /ERROR:  (\w+)/g;
	is_deeply(\@errors, ['57014'], 'and in force: what follows is cancelled, CONCURRENTLY was not');
	is_applied(1, 'CONCURRENTLY is done');
}

# Other kinds of it
sql('CREATE INDEX t_b ON t (b)');
foreach (
	[ 'REINDEX CONCURRENTLY', 'REINDEX INDEX CONCURRENTLY t_b', 't' ],
	[ 'DROP INDEX CONCURRENTLY', 'DROP INDEX CONCURRENTLY t_b', 't' ],
	[ 'ALTER TABLE ... DETACH PARTITION CONCURRENTLY', 'ALTER TABLE parts DETACH PARTITION part2 CONCURRENTLY', 'parts' ])
{
	my ($name, $statement, $table) = @$_;
	revision($statement);
	my $reader = holder("SELECT count(*) FROM $table");
	my $timeout = 250 * $slow;
	my $psql = session('migrator', "SET lock_timeout = '10ms';\nSET schemamig.lock_timeout = '10ms';\nSET statement_timeout = '${timeout}ms';\nCALL schemamig.migrate();");
	poll("SELECT waiting_for = ARRAY[$reader->{pid}] AND now() - since > 2 * interval '$timeout ms' FROM schemamig.progress", 'waiting for the reader');
	$reader->finish;
	my ($out, $err) = messages($psql);
	like($err, qr/NOTICE:  00000: \Q$name\E has to wait for other sessions\nDETAIL:  Process $reader->{pid} of user .*, application "holder" .*, has a lock on relation "$table"\.$/m, "$name tells for whom it waits");
	unlike($err, qr/ERROR|trying again/, 'and does so');
	is_applied(1, 'done');
}

# Somebody who has only a snapshot
{
	revision('CREATE INDEX CONCURRENTLY t_b ON t (b); DROP INDEX CONCURRENTLY t_b');
	my $old = holder("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;\nSELECT count(*) FROM t2");
	poll("SELECT clock_timestamp() - xact_start > '1100ms' FROM pg_stat_activity WHERE pid = $old->{pid}", 'growing old');
	my $psql = session('migrator', 'CALL schemamig.migrate();');
	poll("SELECT waiting_for = ARRAY[$old->{pid}] AND phase = 'waiting for old snapshots' FROM schemamig.progress", 'waiting for the old snapshot');
	$old->finish;
	my ($out, $err) = messages($psql);
	like($err, qr/NOTICE:  00000: CREATE INDEX CONCURRENTLY has to wait for other sessions\nDETAIL:  Process $old->{pid} of user .*, application "holder" .*, has an old snapshot\.$/m, 'CREATE INDEX CONCURRENTLY tells whose snapshot it waits for');
	is_applied(1, 'done');
}

# statement_timeout is for each statement of a script
{
	my $sleep = 0.3 * $slow;
	my $timeout = 3 * $sleep;
	revision("SELECT pg_sleep($sleep); SELECT pg_sleep($sleep); VACUUM t2; SELECT pg_sleep($sleep); SELECT pg_sleep($sleep)");
	my ($out, $err) = messages(session('migrator', "SET statement_timeout = '${timeout}s';\nCALL schemamig.migrate();\nSELECT 'timeout ' || current_setting('statement_timeout');"));
	unlike($err, qr/ERROR/, 'the time of statement_timeout is for each statement');
	is_applied(1, 'all of them');
	foreach my $script ('SELECT 1; SELECT pg_sleep(40); SELECT 3', 'CREATE INDEX CONCURRENTLY t_b ON t (b); SELECT pg_sleep(40); SELECT 3')
	{
		revision($script);
		($out, $err) = messages(session('migrator', "SET statement_timeout = '${timeout}s';\nCALL schemamig.migrate();\nSELECT 'locks ' || count(*) FROM pg_locks WHERE locktype = 'advisory';"));
		like($err, qr/ERROR:  57014: canceling statement due to statement timeout\n.*statement 2 of 3/s, "a statement that takes longer is cancelled: $script");
		unlike($err, qr/trying again/, 'and not tried again');
		like($out, qr/^locks 0$/m, 'and no lock is left');
		is(sql('SELECT count(*) FROM schemamig.applied'), '0', 'and it is not applied');
	}
	sql('DROP INDEX t_b');
}

# ---------------------------------------------------------------------------
# schemamig.max_exclusive_hold

my $limit = 250 * $slow;
my $longer = 0.4 * $slow;

# Runs a script with that limit; returns the messages
sub hold
{
	my ($script, $call) = @_;
	revision($script);
	my ($out, $err) = messages(session('migrator', "SET schemamig.max_exclusive_hold = '${limit}ms';\n" . ($call || 'CALL schemamig.migrate();') . "\nSELECT 'locks ' || count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND (relation = 't'::regclass OR locktype = 'advisory');"));
	like($out, qr/^locks 0$/m, "no lock is left: $script");
	return $err;
}

sub too_long
{
	my ($what, $script, $mode, $statement, $call) = @_;
	my $start = time;
	my $err = hold($script, $call);
	like($err, qr/^ERROR:  57014: .*has held $mode on relation "public\.(t|t2|victim|parts|part)" for longer than schemamig\.max_exclusive_hold.*statement $statement,.*of the upgrade script of revision "r"/ms, "held too long: $what");
	unlike($err, qr/trying again/, 'not tried again');
	cmp_ok(time - $start, '<', 30, 'ended long before the statement would have');
	is_applied(0, 'not applied') unless $script =~ /VACUUM/;
	is(sql($columns), 'a b', 'nothing is left');
	return;
}

sub not_too_long
{
	my ($what, $script, $call) = @_;
	my $err = hold($script, $call);
	unlike($err, qr/ERROR|WARNING|trying again/, "not held too long: $what");
	is_applied(1, 'applied');
	return;
}

too_long('a long statement after an ALTER', 'ALTER TABLE t ADD c int; SELECT pg_sleep(40); SELECT 3', 'AccessExclusiveLock', '2 of 3');
too_long('the same in upgrade()', 'ALTER TABLE t ADD c int; SELECT pg_sleep(40); SELECT 3', 'AccessExclusiveLock', '2 of 3', 'SELECT schemamig.upgrade();');
too_long('several short statements after an ALTER', 'ALTER TABLE t ADD c int; ' . 'SELECT pg_sleep(0.1); ' x 50 . 'SELECT 1', 'AccessExclusiveLock', '\d+ of 52');
too_long('an ALTER that rewrites', 'ALTER TABLE t ALTER a TYPE bigint USING slow(a::bigint)', 'AccessExclusiveLock', '1 of 1');
too_long('the same in upgrade()', 'ALTER TABLE t ALTER a TYPE bigint USING slow(a::bigint)', 'AccessExclusiveLock', '1 of 1', 'SELECT schemamig.upgrade();');
too_long('CREATE INDEX', 'CREATE INDEX ON t (slow(a))', 'ShareLock', '1 of 1');
too_long('a trigger', 'CREATE TRIGGER x BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger(); SELECT pg_sleep(40)', 'ShareRowExclusiveLock', '2 of 2');
too_long('a foreign key of a new table', 'CREATE TABLE new (a int REFERENCES t); SELECT pg_sleep(40)', 'ShareRowExclusiveLock', '2 of 2');
too_long('several tables', 'TRUNCATE t2, victim; SELECT pg_sleep(40)', 'AccessExclusiveLock', '2 of 2');
too_long('a partition of it', 'ALTER TABLE parts ADD b int; SELECT pg_sleep(40)', 'AccessExclusiveLock', '2 of 2');
too_long('DROP TABLE', 'SELECT 1; DROP TABLE victim; SELECT pg_sleep(40)', 'AccessExclusiveLock', '3 of 3');
too_long('found after a DO block', "DO \$\$ BEGIN ALTER TABLE t ADD c int; PERFORM pg_sleep($longer); END \$\$; SELECT 2", 'AccessExclusiveLock', '1 of 2');
too_long('found after a DO block in upgrade()', "DO \$\$ BEGIN ALTER TABLE t ADD c int; PERFORM pg_sleep($longer); END \$\$; SELECT 2", 'AccessExclusiveLock', '1 of 2', 'SELECT schemamig.upgrade();');
too_long('in the statement after a DO block', 'DO $$ BEGIN ALTER TABLE t ADD c int; END $$; SELECT pg_sleep(40)', 'AccessExclusiveLock', '2 of 2');
too_long('in spite of a handler', 'ALTER TABLE t ADD c int; DO $$ BEGIN PERFORM pg_sleep(40); EXCEPTION WHEN query_canceled THEN NULL; END $$; SELECT 3', 'AccessExclusiveLock', '2 of 3');
too_long('in a later piece', 'VACUUM t2; ALTER TABLE t ADD c int; SELECT pg_sleep(40)', 'AccessExclusiveLock', '3 of 3');

not_too_long('tables of the same revision', "CREATE TABLE new (a int); ALTER TABLE new ADD b int; CREATE INDEX ON new (a); SELECT pg_sleep($longer); DROP TABLE new");
not_too_long('writing', "UPDATE t SET b = b; SELECT pg_sleep($longer)");
not_too_long('writing, in upgrade()', "UPDATE t SET b = b; SELECT pg_sleep($longer)", 'SELECT schemamig.upgrade();');
not_too_long('weak locks of ALTER TABLE', "ALTER TABLE t ALTER b SET STATISTICS 100; SELECT pg_sleep($longer)");
not_too_long('CONCURRENTLY', "CREATE INDEX CONCURRENTLY t_slow ON t ((slow(a))) WHERE a <= 10 * $slow; DROP INDEX CONCURRENTLY t_slow");
not_too_long('before the ALTER', "SELECT pg_sleep($longer); ALTER TABLE t ADD d int; ALTER TABLE t DROP d");
not_too_long('in the transaction before', "ALTER TABLE t ADD d int; ALTER TABLE t DROP d; VACUUM t2; SELECT pg_sleep($longer)");

# nothing of it goes on in the session
foreach my $call ('CALL schemamig.migrate();', 'SELECT schemamig.upgrade();')
{
	revision('ALTER TABLE t ADD d int; SELECT pg_sleep(40)');
	my ($out, $err) = messages(session('migrator', "SET schemamig.max_exclusive_hold = '${limit}ms';\n$call\nSELECT schemamig.edit('r', upgrade => 'ALTER TABLE t ADD d int');\n$call\nSELECT pg_sleep($longer), 'still there';"));
	my @errors = $err =~ /ERROR:  (\w+)/g;
	is_deeply(\@errors, ['57014'], "one error: $call");
	like($out, qr/^\|still there$/m, 'nothing of it goes on in the session');
	sql('ALTER TABLE t DROP d');
}

# the commit and hooks count, too
{
	sql(<<"SQL");
CREATE TABLE deferred (a int);
CREATE FUNCTION deferred() RETURNS trigger LANGUAGE plpgsql AS \$\$ BEGIN PERFORM pg_sleep(40); RETURN NULL; END \$\$;
CREATE CONSTRAINT TRIGGER deferred AFTER INSERT ON deferred DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION deferred();
CREATE FUNCTION hook(jsonb) RETURNS void LANGUAGE sql AS 'SELECT pg_sleep(40)';
SQL
	like(hold('ALTER TABLE t ADD c int; INSERT INTO deferred VALUES (1)'), qr/^ERROR:  57014: .*has held AccessExclusiveLock on relation "public\.t" for longer than schemamig\.max_exclusive_hold.*revision "r"/ms, 'held too long: in the commit');
	is_applied(0, 'not applied');
	sql("SELECT schemamig.register_hook('after_step', 'hook(jsonb)')");
	like(hold('ALTER TABLE t ADD c int'), qr/^ERROR:  57014: .*has held AccessExclusiveLock on relation "public\.t" for longer than schemamig\.max_exclusive_hold.*schemamig hook public\.hook/ms, 'held too long: in a hook');
	is_applied(0, 'not applied');
	sql("SELECT schemamig.unregister_hook('after_step', 'public.hook'); DROP TABLE deferred");
}

# what somebody else cancels is not taken for that
{
	revision('ALTER TABLE t ADD c int; SELECT pg_sleep(40)');
	my $psql = session('migrator', "SET schemamig.max_exclusive_hold = '1h';\nCALL schemamig.migrate();");
	poll('SELECT EXISTS (SELECT FROM schemamig.progress WHERE statement = 2)', 'the second statement');
	sql('SELECT pg_cancel_backend(pid) FROM schemamig.progress');
	my ($out, $err) = messages($psql);
	like($err, qr/^ERROR:  57014: canceling statement due to user request$/m, 'cancelled by a user');
	is_applied(0, 'not applied');
}

# the time that it waits for a lock is not counted
{
	revision('SELECT 1; ALTER TABLE t ADD c int');
	my $holder = holder('SELECT count(*) FROM t');
	my $psql = session('migrator', "SET schemamig.max_exclusive_hold = '${limit}ms';\nSET schemamig.lock_timeout = '40s';\nCALL schemamig.migrate();");
	poll("SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 't'::regclass AND NOT granted AND clock_timestamp() - waitstart > 3 * interval '$limit ms')", 'waiting');
	$holder->finish;
	my ($out, $err) = messages($psql);
	unlike($err, qr/ERROR|trying/, 'not held too long: what it was waiting for');
	is_applied(1, 'applied');
	sql('ALTER TABLE t DROP c');
}

# ---------------------------------------------------------------------------
# The run lock: who comes second waits, without a snapshot

{
	revision("SELECT pass_gate(); CREATE INDEX CONCURRENTLY t_a ON t (a); VACUUM t");
	sql('CREATE SCHEMA tenant; UPDATE gate SET closed = true');
	my $first = session('first', 'CALL schemamig.migrate();');
	poll("SELECT EXISTS (SELECT FROM schemamig.progress WHERE statement = 1)", 'the gate');
	my @second = map { session('second', "SET default_transaction_isolation = '$_';\nCALL schemamig.migrate();") } ('read committed', 'repeatable read', 'serializable');
	poll("SELECT count(*) = 3 FROM pg_stat_activity WHERE application_name = 'second' AND wait_event_type = 'Extension'", 'waiting');
	# they may look what is there every now and then, but do not stay with a snapshot
	my $look = "SELECT count(*) = 3 FROM pg_stat_activity WHERE application_name = 'second' AND wait_event_type = 'Extension' AND backend_xmin IS NULL AND backend_xid IS NULL";
	poll($look, 'waiting without a snapshot') for 1 .. 20;
	pass('who waits has no snapshot');
	is(sql("SELECT count(*) FROM schemamig.progress"), '1', 'and is not under way');
	my ($out, $err) = messages(session('third', "SET schemamig.run_timeout = '100ms';\nCALL schemamig.migrate();"));
	like($err, qr/ERROR:  55P03: could not obtain the lock on running revisions\nDETAIL:  Process \d+ of user "[^"]+", application "first", has held it since .* and is at step 1\/1, statement 1\/3: upgrade r, revision\./, 'who does not want to wait is told who is there');
	is(sql('SELECT count(*) FROM schemamig.run WHERE status = \'running\''), '1', 'one run is journaled');
	# another tenant is not concerned
	my $tenant = session('tenant', "CALL schemamig.migrate(tenant => 'tenant');");
	poll("SELECT EXISTS (SELECT FROM schemamig.progress WHERE tenant = 'tenant' AND statement = 1)", 'the gate');
	is(sql('SELECT count(DISTINCT run) FROM schemamig.progress'), '2', 'another tenant has a run beside it');
	$tenant->{run}->signal('INT');
	$tenant->finish;
	is(sql("SELECT revision FROM schemamig.unfinished WHERE tenant = 'tenant'"), '', 'cancelled before it has done anything');
	# now the first one builds its index, although the others wait
	sql('UPDATE gate SET closed = false');
	my ($first_out, $first_err) = messages($first);
	unlike($first_err, qr/ERROR|has to wait/, 'CREATE INDEX CONCURRENTLY ends, although others wait for the run');
	foreach my $second (@second)
	{
		my ($second_out, $second_err) = messages($second);
		like($second_err, qr/^NOTICE:  00000: there is nothing to do\s*$/m, 'who has waited finds nothing to do');
		unlike($second_err, qr/ERROR|running upgrade/, 'and does nothing');
	}
	sql("DROP SCHEMA tenant; SELECT schemamig.drop_tenant('tenant') FROM schemamig.tenant");
	is_applied(1, 'applied once');
	is(sql("SELECT count(*) FROM schemamig.run_step WHERE revision = 'r' AND status = 'done' AND direction = 'upgrade' AND run = (SELECT max(run) FROM schemamig.applied)"), '1', 'recorded once');
}

# upgrade() cannot wait without a snapshot, for which CREATE INDEX CONCURRENTLY
# waits: it gives way, however patient it is
{
	revision("SELECT pass_gate(); CREATE INDEX CONCURRENTLY t_b ON t (b); DROP INDEX t_b");
	sql('UPDATE gate SET closed = true');
	my $first = session('first', 'CALL schemamig.migrate();');
	poll("SELECT EXISTS (SELECT FROM schemamig.progress WHERE statement = 1)", 'the gate');
	my $second = session('second', "SET schemamig.run_timeout = -1;\nSELECT schemamig.upgrade();\nSELECT 'still there';");
	poll("SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'second' AND wait_event_type = 'Extension'", 'waiting');
	sql('UPDATE gate SET closed = false');
	my ($out, $err) = messages($first);
	unlike($err, qr/ERROR/, 'CREATE INDEX CONCURRENTLY ends, although upgrade() waits for the run');
	($out, $err) = messages($second);
	like($err, qr/ERROR:  40P01: deadlock detected$/m, 'which gives way');
	like($out, qr/^still there$/m, 'and can be tried again');
	is_applied(1, 'applied');
}

# ---------------------------------------------------------------------------
# Between two transactions of a step others can change revisions

foreach my $level ('read committed', 'repeatable read')
{
	revision("VACUUM t2; CREATE INDEX CONCURRENTLY t_b ON t (b); INSERT INTO t2 VALUES (nextval('tries')); DROP INDEX t_b");
	sql('TRUNCATE t2');
	my $writer = holder('UPDATE t SET b = b WHERE a = 1');
	my $psql = session('migrator', "SET default_transaction_isolation = '$level';\nCALL schemamig.migrate();");
	poll("SELECT EXISTS (SELECT FROM schemamig.progress WHERE phase = 'waiting for writers before build')", 'waiting for the writer');
	is(sql("SELECT unnest(flags) FROM schemamig.history() WHERE revision = 'r' INTERSECT SELECT unnest('{running,interrupted}'::text[])"), 'running', 'history() shows that it is running');
	is(sql('SELECT count(*) FROM schemamig.validate()'), '0', 'which is no problem');
	is(sql('SELECT revision, statements_done, outside, made IS NOT NULL FROM schemamig.unfinished'), 'r|1|2|t', 'the journal knows how far it is');
	is(sql("SELECT status, steps, finished_at IS NULL FROM schemamig.run WHERE run = (SELECT run FROM schemamig.progress)"), 'running|1|t', 'and that it is running');
	my ($rc, $out, $err) = $node->psql('postgres', "SET schemamig.run_timeout = '50ms'; SELECT schemamig.stamp('r')");
	like($err, qr/could not obtain the lock on running revisions/, 'a stamp has to wait');
	# (a revision that is half applied is not applied)
	sql("SELECT schemamig.edit('r', upgrade => 'VACUUM t2; CREATE INDEX CONCURRENTLY t_b ON t (b); INSERT INTO t2 VALUES (7), (8); DROP INDEX t_b')");
	$writer->finish;
	($out, $err) = messages($psql);
	like($err, qr/ERROR:  55000: revision "r" was changed while the run was under way/, 'a revision that is changed meanwhile is not gone on with');
	is(sql('SELECT count(*) FROM t2'), '0', 'neither as it was nor as it is');
	is(sql('SELECT revision, statements_done FROM schemamig.unfinished'), 'r|2', 'what is done is done');
	is(sql('SELECT problem FROM schemamig.validate()'), 'half applied', 'and known');
	($out, $err) = messages(session('migrator', 'CALL schemamig.migrate();'));
	unlike($err, qr/ERROR/, 'the next call goes on');
	is(sql("SELECT string_agg(a::text, ' ') FROM t2"), '7 8', 'with what is there now');
	is_applied(1, 'applied');
}

$node->stop;
done_testing();
