# A revision of ten statements, three of them CONCURRENTLY, is broken off at
# every boundary and inside its long statements, upwards and downwards, by
# kill -9, pg_terminate_backend, pg_cancel_backend and an immediate shutdown of
# the server.  The next CALL goes on, with nobody's help; in the end all is as if
# nothing had happened.

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
$node->append_conf('postgresql.conf', "restart_after_crash = on\nautovacuum = off\n");
$node->start;

# stop(POINT) waits there while the point is armed, and shows that it does by an
# advisory lock.  Triggers stop at every write of the journal, so also between a
# statement that has committed by itself and its record.
my $setup = <<'SQL';
SET client_min_messages = warning;
CREATE EXTENSION schemamig;
CREATE SCHEMA app;
CREATE TABLE public.armed (point text);
CREATE FUNCTION public.stop(at text) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
	IF EXISTS (SELECT FROM public.armed WHERE point = at) THEN
		PERFORM pg_advisory_lock(4711);
		LOOP
			PERFORM pg_sleep(0.01);
		END LOOP;
	END IF;
	RETURN 1;
END $$;
CREATE FUNCTION public.stop_journal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_TABLE_NAME = 'applied' THEN
		PERFORM public.stop('applied');
	ELSIF NEW.revision <> 'ten' THEN
		NULL;
	ELSIF NEW.made <> '{}' THEN
		PERFORM public.stop(format('made %s', NEW.outside));
	ELSE
		PERFORM public.stop(format('done %s, begun %s', NEW.statements_done, COALESCE(NEW.outside::text, 'none')));
	END IF;
	RETURN COALESCE(NEW, OLD);
END $$;
CREATE TRIGGER stop BEFORE INSERT OR UPDATE ON schemamig.unfinished FOR EACH ROW EXECUTE FUNCTION public.stop_journal();
CREATE TRIGGER stop BEFORE INSERT OR DELETE ON schemamig.applied FOR EACH ROW EXECUTE FUNCTION public.stop_journal();

SELECT schemamig.revision('the table', $$
CREATE TABLE app.big (id int PRIMARY KEY, a int NOT NULL, b text, n int NOT NULL DEFAULT 0);
INSERT INTO app.big (id, a, b) SELECT i, i % 100, i::text FROM generate_series(1, 2000) i;
CREATE TABLE app.log (what text, n int);
CREATE INDEX big_old ON app.big (b);
$$, 'DROP TABLE app.big, app.log', rev_id => 'first');
SELECT schemamig.revision('ten statements', $$
SET work_mem = '5MB';
INSERT INTO app.log SELECT 'two', stop('up 2');
CREATE INDEX CONCURRENTLY big_a ON app.big (a);
UPDATE app.big SET n = n + stop('up 4') WHERE id = 1;
ALTER TABLE app.big ADD c int;
CREATE UNIQUE INDEX CONCURRENTLY ON app.big (b, id);
REINDEX INDEX CONCURRENTLY app.big_a;
UPDATE app.big SET n = n + stop('up 8') WHERE id = 2;
ALTER TABLE app.big ALTER c SET DEFAULT 7;
INSERT INTO app.log SELECT 'ten ' || current_setting('work_mem'), stop('up 10');
$$, $$
DELETE FROM app.log WHERE what LIKE 'ten%' AND stop('down 1') = 1;
ALTER TABLE app.big ALTER c DROP DEFAULT;
UPDATE app.big SET n = n - 1 WHERE id = 2;
DROP INDEX CONCURRENTLY app.big_a;
DROP INDEX CONCURRENTLY app.big_b_id_idx;
UPDATE app.big SET n = n - stop('down 6') WHERE id = 1;
REINDEX TABLE CONCURRENTLY app.big;
ALTER TABLE app.big DROP c;
DELETE FROM app.log WHERE what = 'two' AND stop('down 9') = 1;
RESET work_mem;
$$, rev_id => 'ten');
SELECT schemamig.revision('the last', 'CREATE INDEX big_c ON app.big (c)', 'DROP INDEX app.big_c', rev_id => 'last');
SQL

foreach my $db ('disturbed', 'undisturbed')
{
	$node->safe_psql('postgres', "CREATE DATABASE $db");
	$node->safe_psql($db, $setup);
}

# What is in a database: its schema as pg_dump has it, its rows, and its state
sub state_of
{
	my ($db) = @_;
	my ($stdout) = run_command([ 'pg_dump', '--schema=app', '--no-sync', '-d', $node->connstr($db) ]);
	# newer versions of pg_dump write a random key; rows may stand in any order
	$stdout =~ s/^\\(un)?restrict .*$//mg;
	my $rows = join "\n", sort grep { !/^--/ } split /\n/, $stdout;
	return $rows . "\n"
	  . $node->safe_psql($db, <<'SQL');
SELECT string_agg(revision, ' ' ORDER BY revision) FROM schemamig.applied;
SELECT count(*) FROM schemamig.unfinished;
SELECT count(*) FROM pg_index WHERE NOT indisvalid;
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory';
SELECT count(*) FROM schemamig.validate();
SQL
}

my $kills = 0;

# Stops a run at a point, in one of the ways
sub disturb
{
	my ($direction, $point, $way) = @_;
	my $target = $direction eq 'upgrade' ? 'head' : 'base';
	my ($name, $phase) = split /: /, $point;
	my $blocker;

	if ($phase)
	{
		# a transaction that CREATE INDEX CONCURRENTLY has to wait for
		$blocker = Background->new($node,
			$phase eq 'writers'
			? "BEGIN; UPDATE app.big SET n = n WHERE id = 5; SELECT 'ready';"
			: "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 'ready', count(*) FROM app.log;",
			dbname => 'disturbed');
		$blocker->wait_for(qr/ready/);
	}
	else
	{
		$node->safe_psql('disturbed', "INSERT INTO armed VALUES ('$point')");
	}
	my $psql = Background->new($node, "SET client_min_messages = warning;\nCALL schemamig.migrate('$target', '$direction');",
		dbname => 'disturbed');
	my $at_point =
	  !$phase ? "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711 AND granted"
	  : "SELECT pid FROM schemamig.progress p JOIN pg_stat_progress_create_index i USING (pid) WHERE p.statement = $name AND i.phase LIKE "
	  . ($phase eq 'writers' ? "'waiting for writers%'" : "'waiting for old snapshots%'");
	my $pid;
	for (1 .. 1800)
	{
		$pid = $node->safe_psql('disturbed', $at_point);
		last if $pid ne '';
		select undef, undef, undef, 0.02;
	}
	isnt($pid, '', "$direction: a run comes to $point") or die 'it does not';

	if ($way eq 'kill')
	{
		kill 'KILL', $pid;
	}
	elsif ($way eq 'shutdown')
	{
		$node->stop('immediate');
	}
	else
	{
		$node->safe_psql('disturbed', "SELECT $way($pid)");
	}
	$psql->finish;
	$blocker->finish if $blocker;
	$node->start if $way eq 'shutdown';
	Background::wait_until_gone($node, $pid);
	$node->safe_psql('disturbed', 'TRUNCATE armed');
	is($node->safe_psql('disturbed', "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"), '0',
		"$way at $point: no lock is left");
	$kills++;
	return;
}

# In the order in which a run comes to them
my @up = (
	'up 2', 'done 2, begun none', 'done 2, begun 3', 'made 3', '3: writers', '3: snapshots', 'done 3, begun none',
	'up 4', 'done 5, begun none', 'done 5, begun 6', 'made 6', '6: writers', '6: snapshots', 'done 6, begun none',
	'done 6, begun 7', 'made 7', '7: snapshots', 'done 7, begun none', 'up 8', 'up 10', 'applied');
my @down = (
	'down 1', 'done 3, begun none', 'done 3, begun 4', 'done 4, begun none', 'done 4, begun 5', 'done 5, begun none',
	'down 6', 'done 6, begun none', 'done 6, begun 7', 'made 7', '7: snapshots', 'done 7, begun none', 'down 9', 'applied');
my @ways = ('kill', 'pg_terminate_backend', 'pg_cancel_backend', 'shutdown');
my $turn = 0;

$node->safe_psql('undisturbed', 'CALL schemamig.migrate()');
my $high = state_of('undisturbed');
$node->safe_psql('undisturbed', "CALL schemamig.migrate('base', 'downgrade')");
my $low = state_of('undisturbed');
isnt($high, $low, 'there is a difference between up and down');
like($high, qr/^ten 5MB\t1$/m, 'the undisturbed run is complete');

# the revision before is not what is disturbed
$node->safe_psql('disturbed', "CALL schemamig.migrate('first')");
for my $round (1 .. 2)
{
	disturb('upgrade', $_, $ways[ $turn++ % @ways ]) foreach @up;
	$node->safe_psql('disturbed', 'CALL schemamig.migrate()');
	is(state_of('disturbed'), $high, "upgrade $round: in the end all is as in an undisturbed run");
	is($node->safe_psql('disturbed', "SELECT count(*) FROM schemamig.run_step WHERE revision = 'ten' AND direction = 'upgrade' AND status = 'done'"),
		$round, "upgrade $round: recorded once");

	disturb('downgrade', $_, $ways[ $turn++ % @ways ]) foreach @down;
	$node->safe_psql('disturbed', "CALL schemamig.migrate('base', 'downgrade')");
	is(state_of('disturbed'), $low, "downgrade $round: in the end all is as in an undisturbed run");
	is($node->safe_psql('disturbed', "SELECT count(*) FROM schemamig.run_step WHERE revision = 'ten' AND direction = 'downgrade' AND status = 'done'"),
		$round, "downgrade $round: recorded once");
	$turn++;	# another way at each point in the next round
}
cmp_ok($kills, '>=', 60, "$kills times");
is($node->safe_psql('disturbed', "SELECT string_agg(DISTINCT status, ' ' ORDER BY status) FROM schemamig.run WHERE command = 'migrate'"),
	'done failed interrupted', 'the journal has all of it');
is($node->safe_psql('disturbed', "SELECT count(*) FROM schemamig.run WHERE status = 'running'"), '0', 'and nothing is running');

$node->stop;
done_testing();
