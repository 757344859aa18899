# CALL schemamig.backfill(): every row is updated exactly once, whatever ends the
# call and wherever it goes on, as a statement of a revision and on its own; over
# all kinds of keys; while others hold locks and replicas lag; with the rights
# of whoever calls it and no others.

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
# advisory lock; bomb(I) fails there while it is armed.  A trigger stops between
# a batch and the end of its transaction.
$node->safe_psql('postgres', <<'SQL');
SET client_min_messages = warning;
CREATE EXTENSION schemamig;
CREATE TABLE armed (point text);
CREATE FUNCTION stop(at text) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
	IF EXISTS (SELECT FROM public.armed WHERE point = at) THEN
		PERFORM pg_advisory_lock(4711);
		WHILE EXISTS (SELECT FROM public.armed WHERE point = at) LOOP
			PERFORM pg_sleep(0.01);
		END LOOP;
		PERFORM pg_advisory_unlock(4711);
	END IF;
	RETURN 0;
END $$;
CREATE FUNCTION bomb(i int) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
	IF EXISTS (SELECT FROM public.armed WHERE point = 'bomb ' || i) THEN
		RAISE division_by_zero;
	END IF;
	RETURN 0;
END $$;
CREATE FUNCTION stop_journal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.batch_cursor IS DISTINCT FROM OLD.batch_cursor AND NEW.batch_cursor IS NOT NULL THEN
		PERFORM public.stop('cursor');
	ELSIF TG_TABLE_NAME = 'unfinished' THEN
		PERFORM public.stop('done') WHERE NEW.outside IS NULL;
	ELSIF NEW.command = 'backfill' AND NEW.status = 'done' THEN
		PERFORM public.stop('done');
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER stop BEFORE UPDATE ON schemamig.run FOR EACH ROW EXECUTE FUNCTION stop_journal();
CREATE TRIGGER stop BEFORE UPDATE ON schemamig.unfinished FOR EACH ROW EXECUTE FUNCTION stop_journal();
SQL

sub query { return $node->safe_psql('postgres', $_[0]) }

# Runs statements one by one; returns output and errors, these with SQLSTATEs
sub run_sql
{
	my ($sql, %options) = @_;
	my ($rc, $out, $err) = ($options{node} || $node)->psql('postgres', "\\set VERBOSITY verbose\n$sql", on_error_stop => 0);
	$err =~ s/^(psql:\S+ |LOCATION: .*\n?)//mg;
	chomp $err;
	return ($out, $err);
}

sub arm { return query("INSERT INTO armed VALUES ('$_[0]')") }
sub disarm { return query('DELETE FROM armed') }

# A table of N rows, 1 to N, none of which is done
sub make_table
{
	my ($name, $n) = @_;
	query("DROP TABLE IF EXISTS $name; CREATE TABLE $name (id int PRIMARY KEY, n int NOT NULL DEFAULT 0, x text);
		INSERT INTO $name (id) SELECT generate_series(1, $n)");
	return;
}

# How often the rows of a table are done, and how many rows that is
sub counts
{
	my ($name) = @_;
	return query("SELECT n, count(*) FROM $name GROUP BY n ORDER BY n");
}

sub last_run
{
	return query("SELECT status, rows_done, sqlstate FROM schemamig.run WHERE command = 'backfill' ORDER BY run DESC LIMIT 1");
}

# What a call leaves behind that it should not
sub locks_left
{
	return query("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'");
}

sub wait_for_error
{
	my ($psql, $pattern) = @_;
	$psql->{run}->pump until $psql->{err} =~ $pattern;
	return;
}

# ---------------------------------------------------------------------------
# On its own

{
	make_table('plain', 1000);
	my ($out, $err) = run_sql("CALL schemamig.backfill('plain', 'n = n + 1', 100, pause => '0');");
	is($err, "NOTICE:  00000: backfill of public.plain: 1000 rows in 4 batches", 'a call tells what it has done');
	is(counts('plain'), '1|1000', 'every row is updated once');
	is(query("SELECT tenant, command, direction, target, steps, role, status, rows_done, pid IS NOT NULL, finished_at >= started_at
		FROM schemamig.run"), '|backfill||UPDATE public.plain SET n = n + 1||' . query('SELECT current_user') . '|done|1000|t|t',
		'the call is a run');

	# what is done is done: the same call begins anew
	run_sql("CALL schemamig.backfill('plain', 'n = n + 1');");
	is(counts('plain'), '2|1000', 'the same call once more updates all rows once more');

	# a condition, several columns, subqueries, comments, an empty table
	($out, $err) = run_sql(<<'SQL');
CALL schemamig.backfill('plain', 'n = 0, x = id::text -- all', 10, 'id % 100 = 7 -- some', '0');
CALL schemamig.backfill('plain', '(n, x) = (SELECT max(p.n), ''sub'' FROM plain p WHERE p.id <= plain.id)', 10, 'plain.id IN (SELECT id FROM plain WHERE id > 990)', '0');
CALL schemamig.backfill('plain', 'n = DEFAULT', 10, 'x = ''no such''', '0');
CREATE TABLE empty (id int PRIMARY KEY, n int);
CALL schemamig.backfill(relation => 'empty', update => 'n = 1', condition => 'n IS NULL');
SQL
	is($err, join("\n", map { "NOTICE:  00000: backfill of public.$_" }
		('plain: 10 rows in 1 batches', 'plain: 10 rows in 1 batches', 'plain: 0 rows in 0 batches', 'empty: 0 rows in 0 batches')),
		'conditions, subqueries and comments');
	is(query('SELECT n, x, count(*) FROM plain GROUP BY 1, 2 HAVING count(*) > 1 OR n = 0 ORDER BY n, x'), join("\n", (map { "0|$_|1" }
		sort map { $_ * 100 + 7 } 0 .. 9), '2|sub|10', '2||980'), 'they mean what they say');

	# many rows that the condition leaves out, and NULLs
	query("UPDATE plain SET x = CASE WHEN id % 250 = 0 THEN NULL ELSE '' END, n = 0");
	($out, $err) = run_sql("CALL schemamig.backfill('plain', 'x = ''filled'', n = n + 1', 1, 'x IS NULL', '0');");
	like($err, qr/4 rows in 3 batches/, 'only rows that meet the condition count for a batch');
	is(query('SELECT n, x, count(*) FROM plain GROUP BY 1, 2 ORDER BY 1'), "0||996\n1|filled|4", 'they are updated, others are not');
	is(locks_left(), 0, 'no lock is left');
}

# Names that have to be quoted; nothing of the user's search_path gets between
{
	query(<<'SQL');
CREATE SCHEMA "Odd ""s";
CREATE TABLE "Odd ""s"."T;-- $1 " ("key 'one" int, "k2" text, "SET" int DEFAULT 0, PRIMARY KEY ("k2", "key 'one"));
INSERT INTO "Odd ""s"."T;-- $1 " SELECT i, 'x' || i % 3 FROM generate_series(1, 100) i;
CREATE SCHEMA trap;
CREATE FUNCTION trap.greater(text, text) RETURNS bool LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR trap.> (FUNCTION = trap.greater, LEFTARG = text, RIGHTARG = text);
SQL
	my ($out, $err) = run_sql(<<'SQL');
SET search_path = trap, pg_catalog, "Odd ""s";
CALL schemamig.backfill('"T;-- $1 "', '"SET" = "T;-- $1 "."SET" + 1', 7, '"key ''one" > 0');
SQL
	like($err, qr/^NOTICE:  00000: backfill of "Odd ""s"\."T;-- \$1 ": 100 rows in 4 batches$/, 'odd names');
	is(query('SELECT "SET", count(*) FROM "Odd ""s"."T;-- $1 " GROUP BY 1'), '1|100', 'every row once');
}

# Partitions, and tables that inherit
{
	query(<<'SQL');
CREATE TABLE ranges (k int, region text, n int DEFAULT 0, PRIMARY KEY (k, region)) PARTITION BY LIST (region);
CREATE TABLE ranges_a PARTITION OF ranges FOR VALUES IN ('a') PARTITION BY HASH (k);
CREATE TABLE ranges_a1 PARTITION OF ranges_a FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE ranges_a2 (n int DEFAULT 0, region text NOT NULL, gone int, k int NOT NULL);
ALTER TABLE ranges_a2 DROP gone;
ALTER TABLE ranges_a ATTACH PARTITION ranges_a2 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE ranges_b PARTITION OF ranges DEFAULT;
INSERT INTO ranges SELECT i, substr('abc', i % 3 + 1, 1) FROM generate_series(1, 300) i;
INSERT INTO ranges SELECT i, 'd' FROM generate_series(1, 300) i;
CREATE TABLE parent (id int PRIMARY KEY, n int DEFAULT 0);
CREATE TABLE child (PRIMARY KEY (id)) INHERITS (parent);
INSERT INTO parent SELECT generate_series(1, 100);
INSERT INTO child SELECT generate_series(50, 200);
SQL
	my ($out, $err) = run_sql("CALL schemamig.backfill('ranges', 'n = n + 1', 10, pause => '0');\nCALL schemamig.backfill('parent', 'n = n + 1', 10, pause => '0');");
	like($err, qr/ranges: 600 rows in 6 batches\n.*parent: 251 rows in \d batches/, 'partitions and children');
	is(counts('ranges'), '1|600', 'every row of all partitions once');
	is(counts('parent'), '1|251', 'every row of all children once');
}

# ---------------------------------------------------------------------------
# Keys of all kinds: the call fails in the middle, and goes on in a session that
# writes values in another way

my %keys = (
	'integers' => [ 'a int', 'i - 250' ],
	'one column' => [ 'a bigint', 'i * 10000000000' ],
	'a skewed pair' => [ 'a int, b int', '1, i' ],
	'three columns' => [ 'a int, b text, c date', q(i % 3, i % 7, date '2024-02-27' + i) ],
	'text' => [ 'a text', 'md5(i::text)' ],
	'text in another order' => [ 'a text COLLATE "C"', q(CASE WHEN i % 2 = 0 THEN 'a' ELSE 'B' END || i) ],
	'a pair of collations' => [ 'a text COLLATE "POSIX", b name COLLATE "C"', q(chr(65 + i % 50), 'Ä' || i) ],
	'varchar' => [ 'a varchar(20)', q(E'\\\\"' || i) ],
	'char' => [ 'a char(10), b "char"', q(i / 5, (i % 5)::text::"char") ],
	'uuid' => [ 'a uuid', 'md5(i::text)::uuid' ],
	'timestamptz' => [ 'a timestamptz', q(CASE i WHEN 1 THEN '-infinity' WHEN 500 THEN 'infinity' ELSE '2024-03-01 00:00:00.123456+00'::timestamptz + i * interval '7.7 hours' END) ],
	'timestamp and uuid' => [ 'a timestamp, b uuid', q('2024-01-02'::timestamp + i % 4 * interval '1 us', md5(i::text)::uuid) ],
	'date' => [ 'a date', q(CASE i WHEN 2 THEN '0044-03-15 BC' ELSE date '2024-01-01' + i END) ],
	'time' => [ 'a timetz', q('01:00'::timetz + i * interval '1 min') ],
	'interval' => [ 'a interval', q(make_interval(months => i % 5, days => -i, secs => i / 7.0)) ],
	'numeric' => [ 'a numeric', q(CASE i WHEN 3 THEN 'NaN' ELSE i / 7.0 - 30 END) ],
	'float' => [ 'a float8, b float4', 'i % 50 / 7.0::float8, i / 3.0::float4' ],
	'money' => [ 'a money', 'i::money / 4' ],
	'bytea' => [ 'a bytea', q(decode(md5(i::text), 'hex')) ],
	'inet' => [ 'a inet', q('10.0.0.0'::inet + i) ],
	'boolean first' => [ 'a bool, b int', 'i % 2 = 0, i' ],
	'enum' => [ 'a mood, b int', q((enum_range(NULL::mood))[i % 3 + 1], i) ],
	'a domain' => [ 'a positive', 'i' ],
	'an array' => [ 'a int[]', 'ARRAY[i % 9, i]' ],
	'a range' => [ 'a int4range', 'int4range(i % 20, i + 50)' ],
	'a row' => [ 'a pair', 'ROW(i % 9, i)::pair' ],
	'regclass' => [ 'a regclass, b int', q((ARRAY['trap_t', 'pg_class', 'pg_type'])[i % 3 + 1]::regclass, i) ],
	'operators of different schemas' => [ 'a spot, b int', q(ROW(i % 5)::spot, i) ]);

query(<<'SQL');
CREATE TYPE mood AS ENUM ('sad', 'ok', 'a "happy" one');
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TYPE pair AS (x int, y text);
CREATE TABLE trap_t ();
-- a type whose order is one of its own, the largest first
CREATE TYPE spot AS (at int);
CREATE FUNCTION spot_cmp(spot, spot) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT sign($2.at - $1.at)::int';
CREATE FUNCTION spot_lt(spot, spot) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT $1.at > $2.at';
CREATE FUNCTION spot_le(spot, spot) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT $1.at >= $2.at';
CREATE FUNCTION spot_eq(spot, spot) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT $1.at = $2.at';
CREATE FUNCTION spot_ge(spot, spot) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT $1.at <= $2.at';
CREATE FUNCTION spot_gt(spot, spot) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT $1.at < $2.at';
CREATE OPERATOR trap.< (FUNCTION = spot_lt, LEFTARG = spot, RIGHTARG = spot);
CREATE OPERATOR trap.<= (FUNCTION = spot_le, LEFTARG = spot, RIGHTARG = spot);
CREATE OPERATOR trap.= (FUNCTION = spot_eq, LEFTARG = spot, RIGHTARG = spot);
CREATE OPERATOR trap.>= (FUNCTION = spot_ge, LEFTARG = spot, RIGHTARG = spot);
CREATE OPERATOR trap.> (FUNCTION = spot_gt, LEFTARG = spot, RIGHTARG = spot);
CREATE OPERATOR CLASS trap.spot_ops DEFAULT FOR TYPE spot USING btree AS
	OPERATOR 1 trap.<, OPERATOR 2 trap.<=, OPERATOR 3 trap.=, OPERATOR 4 trap.>=, OPERATOR 5 trap.>, FUNCTION 1 spot_cmp(spot, spot);
SQL

for my $name (sort keys %keys)
{
	my ($columns, $values) = @{ $keys{$name} };
	my $key = join ', ', map { (split)[0] } split /, /, $columns;
	query("DROP TABLE IF EXISTS keys; CREATE TABLE keys ($columns, i int, n int DEFAULT 0, PRIMARY KEY ($key));
		SET search_path = public, trap;
		INSERT INTO keys ($key) SELECT $values FROM generate_series(1, 500) i;
		UPDATE keys k SET i = o.i FROM (SELECT ctid, row_number() OVER (ORDER BY $key) AS i FROM keys) AS o WHERE k.ctid = o.ctid");
	arm('bomb 300');
	my ($out, $err) = run_sql("SET IntervalStyle = sql_standard; SET DateStyle = 'SQL, DMY'; SET extra_float_digits = -5; SET timezone = 'Asia/Kolkata'; SET bytea_output = escape;
CALL schemamig.backfill('keys', 'n = n + 1 + bomb(i)', 7, pause => '0');");
	like($err, qr/^ERROR:  22012: /, "$name: a call that fails");
	my ($status, $rows, $sqlstate) = split /\|/, last_run();
	ok($status eq 'failed' && $rows > 100 && $rows < 300 && $sqlstate eq '22012', "$name: after some rows");
	is(query('SELECT count(*), max(i) FROM keys WHERE n = 1'), "$rows|$rows", "$name: the first ones");
	disarm();
	($out, $err) = run_sql("SET IntervalStyle = iso_8601; SET DateStyle = 'Postgres, MDY';
CALL schemamig.backfill('keys', 'n = n + 1 + bomb(i)', 7, pause => '0');");
	like($err, qr/public\.keys goes on\nDETAIL:  Run \d+ was broken off after $rows rows\..*keys: @{[500 - $rows]} rows in/s, "$name: goes on");
	is(counts('keys'), '1|500', "$name: every row once");
}

# ---------------------------------------------------------------------------
# Broken off anywhere, and going on

# Stops a call at a point, in one of the ways
sub disturb
{
	my ($call, $point, $way) = @_;
	my $at_point = $point eq 'pause'
	  ? "SELECT pid FROM pg_stat_activity WHERE query LIKE 'CALL%' AND wait_event IN ('SchemamigPause', 'Extension')"
	  : "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711 AND granted";

	arm($point) unless $point eq 'pause';
	my $psql = Background->new($node, "SET client_min_messages = warning;\n$call");
	$node->poll_query_until('postgres', "SELECT EXISTS ($at_point)") or die "the call does not come to $point";
	my $pid = query($at_point);
	if ($way eq 'kill -9')
	{
		kill 'KILL', $pid;
	}
	elsif ($way eq 'vanished client')
	{
		$psql->kill_client;
		query("SELECT pg_terminate_backend($pid)");
	}
	else
	{
		query("SELECT $way($pid)");
	}
	$psql->finish unless $way eq 'vanished client';
	Background::wait_until_gone($node, $pid);
	disarm();
	return;
}

my @ways = ('kill -9', 'pg_terminate_backend', 'pg_cancel_backend', 'vanished client');
my @points = ('row 1', 'row 60', 'cursor', 'row 600', 'row 1999', 'row 2500', 'cursor', 'row 3000');
push @points, map { 'row ' . (2000 + int rand 900) } 1 .. 2;
# each later than the ones before
@points = ('row 1', 'cursor', sort({ ($a =~ /(\d+)/)[0] <=> ($b =~ /(\d+)/)[0] } grep { /row \d\d/ } @points), 'cursor', 'done');
note "points: @points";

{
	make_table('standalone', 3000);
	my $call = "CALL schemamig.backfill('standalone', 'n = n + 1 + stop(''row '' || id)', 100, pause => '0');";
	my $i = 0;
	my $before = 0;
	for my $point (@points)
	{
		my $way = $ways[$i++ % @ways];
		disturb($call, $point, $way);
		my ($status, $rows) = split /\|/, last_run();
		is(query('SELECT count(*), max(n) FROM standalone WHERE n > 0'), ($rows || 0) . ($rows ? '|1' : '|'),
			"$way at $point: what the journal says is what is done");
		cmp_ok($rows || 0, '>=', $before, "$way at $point: $status, nothing is lost");
		$before = $rows || 0;
	}
	is(locks_left(), 0, 'no lock is left');
	is(query("SELECT count(*) FROM schemamig.run WHERE target LIKE '%standalone%' AND status = 'running'"), '0',
		'no run says that it is running, but the last one') unless last_run() =~ /^running/;
	my ($out, $err) = run_sql($call);
	like($err, qr/public\.standalone goes on/, 'the next call goes on');
	is(counts('standalone'), '1|3000', 'every row once');
	is(query("SELECT string_agg(DISTINCT status, ' ' ORDER BY status) FROM schemamig.run WHERE target LIKE '%standalone%'"), 'done failed interrupted',
		'all runs are accounted for');
	is(last_run(), 'done|3000|', 'the last one is done');
}

{
	make_table('in_revision', 3000);
	query(q(CREATE TABLE steps (what text);
		SELECT schemamig.revision('fill', $$
INSERT INTO steps VALUES ('before');
CALL schemamig.backfill('in_revision', 'n = n + 1 + stop(''row '' || id)', 100, pause => '0');
INSERT INTO steps VALUES ('after');
CALL schemamig.backfill('in_revision', 'n = 1', condition => 'n <> 1');
$$, '', 'SELECT count(*) = 3000 FROM in_revision WHERE n = 1', rev_id => 'fill')));
	my $i = 1;
	my $before = 0;
	for my $point (@points)
	{
		my $way = $ways[$i++ % @ways];
		disturb('CALL schemamig.migrate();', $point, $way);
		my $rows = query('SELECT COALESCE(rows_done, 0) FROM schemamig.unfinished WHERE outside = 2');
		is(query('SELECT count(*), max(n) FROM in_revision WHERE n > 0'), $rows . ($rows ? '|1' : '|'),
			"in a revision, $way at $point: what the journal says is what is done");
		cmp_ok($rows, '>=', $before, "in a revision, $way at $point: nothing is lost");
		$before = $rows;
	}
	my ($out, $err) = run_sql('CALL schemamig.migrate();');
	like($err, qr/going on with upgrade.*in_revision goes on\nDETAIL:  An earlier run has updated 3000 rows/s, 'the next run goes on');
	is(counts('in_revision'), '1|3000', 'in a revision: every row once');
	is(query("SELECT string_agg(what, ' ') FROM steps"), 'before after', 'what stands around it too');
	is(query('SELECT revision FROM schemamig.current()'), 'fill', 'the revision is applied');
	is(query('SELECT count(*) FROM schemamig.unfinished'), 0, 'and no longer under way');
	is(query('SELECT count(*) FROM schemamig.validate()'), 0, 'nothing is wrong');
	is(locks_left(), 0, 'no lock is left');
}

# In a pause: a statement that others would have to wait for is not there, the
# statistics know of the rows, the same call elsewhere is refused, another one
# is not
{
	make_table('paused', 500);
	my $call = "CALL schemamig.backfill('paused', 'n = n + 1', 100, pause => '1 hour');";
	my $psql = Background->new($node, "SET application_name = 'pausing';\n$call");
	my $pausing = "wait_event IN ('SchemamigPause', 'Extension') AND application_name = 'pausing'";
	$node->poll_query_until('postgres', "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE $pausing)") or die 'no pause';
	is(counts('paused'), "0|400\n1|100", 'a batch is committed before the pause');
	is(query("SELECT backend_xmin IS NULL AND backend_xid IS NULL FROM pg_stat_activity WHERE $pausing"), 't', 'there is no snapshot in a pause');
	my $locks = "FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE $pausing AND locktype <> 'virtualxid'";
	is(query("SELECT locktype, classid, objsubid $locks"), 'advisory|3|77', 'and no lock but the one that shows that it is alive');
	ok($node->poll_query_until('postgres', "SELECT n_tup_upd = 100 FROM pg_stat_user_tables WHERE relname = 'paused'"),
		'the statistics know what is done');
	my ($out, $err) = run_sql($call);
	my $pid = query("SELECT pid FROM pg_stat_activity WHERE $pausing");
	like($err, qr/^ERROR:  55006: backfill of public\.paused is under way already\nDETAIL:  Process $pid is doing the same, as run \d+\.$/,
		'the same call is refused');
	($out, $err) = run_sql("CALL schemamig.backfill('paused', 'x = 1', 500, pause => '0');");
	like($err, qr/500 rows in 1 batches/, 'another one is not');
	query("SELECT pg_cancel_backend($pid)");
	($out, $out, $err) = $psql->finish;
	like($err, qr/ERROR:  57014/, 'a pause can be cancelled');
	($out, $err) = run_sql("CALL schemamig.backfill('paused', 'n = n + 1', 10, pause => '0');");
	is(counts('paused'), '1|500', 'the same call with another size goes on');
}

# statement_timeout is for each batch, and not for pauses
{
	make_table('timed', 12);
	my ($out, $err) = run_sql("SET statement_timeout = '2s';\nCALL schemamig.backfill('timed', 'n = n + 1', 4, pause => '1.1 s');");
	is($err, 'NOTICE:  00000: backfill of public.timed: 12 rows in 2 batches', 'each batch has the time of statement_timeout, a pause is not limited');
	($out, $err) = run_sql("SET statement_timeout = '500ms';\nCALL schemamig.backfill('timed', 'n = n + 1 + (SELECT 0 FROM pg_sleep(1))', 2);");
	like($err, qr/^ERROR:  57014: /, 'a batch that takes longer is cancelled');
	($out, $err) = run_sql("SET statement_timeout = '500ms';\nCALL schemamig.backfill('timed', 'n = n + (SELECT 1 FROM pg_sleep(CASE WHEN id > 4 THEN 5 ELSE 0 END))', 4, pause => '10 ms');");
	like($err, qr/^ERROR:  57014: /, 'also if it is not the first one');
	is(last_run(), 'failed|4|57014', 'what is committed stays');
}

# The size follows the time that a batch takes
{
	make_table('sized', 100);
	my $sizes = "SELECT string_agg(c::text, ' ' ORDER BY m) FROM (SELECT count(*) AS c, min(id) AS m FROM sized GROUP BY xmin) AS s";
	run_sql("CALL schemamig.backfill('sized', 'n = n + 1', 8, pause => '0');");
	is(query($sizes), '8 16 32 44', 'short batches grow');
	run_sql("CALL schemamig.backfill('sized', 'n = n + 1 + (SELECT 0 FROM pg_sleep(0.05 + 0 * n))', 32, 'id <= 60', pause => '0');");
	like(query($sizes), qr/^32 16 8 4 40$/, 'long ones shrink');
}

# A table that is another one, or has another key, is not gone on with
{
	make_table('changing', 500);
	my $call = "CALL schemamig.backfill('changing', 'n = n + 1 + bomb(id)', 10, pause => '0');";
	my $fail = sub { arm('bomb 300'); run_sql($call); disarm(); return };
	$fail->();
	make_table('changing', 500);
	my ($out, $err) = run_sql($call);
	is(counts('changing'), '1|500', 'a new table of the same name is done from the beginning');
	unlike($err, qr/goes on/, 'and that is not told as going on');

	query('UPDATE changing SET n = 0');
	$fail->();
	query('ALTER TABLE changing DROP CONSTRAINT changing_pkey, ADD COLUMN id2 int, ALTER COLUMN n SET DEFAULT 0');
	query('UPDATE changing SET id2 = -id, n = 0; ALTER TABLE changing ADD PRIMARY KEY (id2)');
	run_sql($call);
	is(counts('changing'), '1|500', 'one with a new key, too');

	# between two batches
	arm('row 5');
	query('UPDATE changing SET n = 0');
	my $psql = Background->new($node, "\\set VERBOSITY verbose\nCALL schemamig.backfill('changing', 'n = n + 1 + stop(''row '' || id)', 10, pause => '1s');");
	$node->poll_query_until('postgres', "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711)") or die 'no stop';
	my $rename = Background->new($node, 'ALTER TABLE changing RENAME TO changed;');
	$node->poll_query_until('postgres', "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'changing'::regclass)") or die 'no wait';
	disarm();
	$rename->finish;
	($out, $out, $err) = $psql->finish;
	like($err, qr/ERROR:  55000: table public\.changing was changed while it was updated in batches/, 'a table that is renamed meanwhile');
	query('ALTER TABLE changed RENAME TO changing');

	# REINDEX CONCURRENTLY gives the index another OID, and that is all
	query('UPDATE changing SET n = 0');
	$fail->();
	query('REINDEX TABLE CONCURRENTLY changing');
	run_sql($call);
	is(counts('changing'), '1|500', 'REINDEX does not matter');
}

# A statement of a half applied revision may be edited: then it is another call
{
	make_table('edited', 500);
	my $script = sub { "CALL schemamig.backfill('edited', 'n = n + $_[0] + bomb(id)', 10, pause => '0')" };
	query("SELECT schemamig.revision('edited', \$\$" . $script->(1) . "\$\$, rev_id => 'edited')");
	arm('bomb 300');
	run_sql('CALL schemamig.migrate();');
	disarm();
	my $done = query('SELECT count(*) FROM edited WHERE n = 1');
	cmp_ok($done, '>', 100, 'a revision is broken off after some rows');
	query("SELECT schemamig.edit('edited', upgrade => \$\$" . $script->(10) . "\$\$)");
	my ($out, $err) = run_sql('CALL schemamig.migrate();');
	unlike($err, qr/goes on/, 'an edited statement begins anew');
	is(counts('edited'), '10|' . (500 - $done) . "\n11|$done", 'with all rows');

	# and so it is when the table is another one
	query("SELECT schemamig.stamp('edited-1')");
	arm('bomb 300');
	run_sql('CALL schemamig.migrate();');
	disarm();
	make_table('edited', 500);
	($out, $err) = run_sql('CALL schemamig.migrate();');
	like($err, qr/backfill of public\.edited begins anew\nDETAIL:  An earlier run was broken off/, 'a statement on another table of that name begins anew');
	is(counts('edited'), '10|500', 'with all rows');
}

# ---------------------------------------------------------------------------
# Locks and conflicts

{
	make_table('locked', 100);
	my $holder = Background->new($node, "BEGIN;\nUPDATE locked SET x = 'theirs' WHERE id = 30;\nSELECT 'locked', pg_backend_pid();");
	$holder->wait_for(qr/locked\|(\d+)/);
	my ($holder_pid) = $holder->{out} =~ /locked\|(\d+)/;
	my $psql = Background->new($node, "\\set VERBOSITY default\nSET schemamig.lock_timeout = '100ms';\nCALL schemamig.backfill('locked', 'n = n + 1', 20, pause => '0');");
	wait_for_error($psql, qr/trying again.*trying again/s);
	like($psql->{err}, qr/a batch of the backfill of public\.locked could not get a lock and is rolled back, trying again in [\d.]+ s\nDETAIL:  Process $holder_pid of user/,
		'a batch that cannot get a lock is tried again');
	is(counts('locked'), "0|80\n1|20", 'those before it are done');
	$holder->send('COMMIT;');
	$holder->finish;
	my ($rc, $out, $err) = $psql->finish;
	like($err, qr/100 rows in \d batches$/, 'when the lock is free it goes on');
	is(counts('locked'), '1|100', 'every row once');
	is(query('SELECT x FROM locked WHERE id = 30'), 'theirs', 'nothing of the other is lost');

	# up to a deadline, on its own and in a revision, where nobody begins anew
	query(q(SELECT schemamig.revision('locked', $$CALL schemamig.backfill('locked', 'n = n + 1', 20, pause => '0')$$, rev_id => 'locked')));
	$holder = Background->new($node, "BEGIN;\nLOCK TABLE locked IN SHARE MODE;\nSELECT 'locked';");
	$holder->wait_for(qr/locked/);
	for my $call ("CALL schemamig.backfill('locked', 'n = n + 1', 20, pause => '0');", 'CALL schemamig.migrate();')
	{
		($out, $err) = run_sql("SET schemamig.lock_timeout = '20ms';\nSET schemamig.lock_deadline = '1s';\n$call");
		like($err, qr/ERROR:  55P03: .*\nDETAIL:  Tried \d+ times in \d s/, 'there is a deadline');
		unlike($err, qr/statement 1 of revision.*trying again/, 'the whole is not tried again');
	}
	$holder->finish;
	is(counts('locked'), '1|100', 'nothing is done');
	run_sql('CALL schemamig.migrate();');
	is(counts('locked'), '2|100', 'then everything is');

	# under REPEATABLE READ a batch fails where another transaction was faster
	$holder = Background->new($node, "BEGIN;\nUPDATE locked SET x = 'faster' WHERE id = 35;\nSELECT 'locked';");
	$holder->wait_for(qr/locked/);
	$psql = Background->new($node, "\\set VERBOSITY default\nSET schemamig.lock_timeout = '10min';\nSET default_transaction_isolation = 'repeatable read';
CALL schemamig.backfill('locked', 'n = n + 1', 20, pause => '0');");
	$node->poll_query_until('postgres', "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND locktype = 'transactionid')") or die 'no wait';
	$holder->send('COMMIT;');
	$holder->finish;
	($rc, $out, $err) = $psql->finish;
	like($err, qr/a batch of the backfill of public\.locked was in conflict with another transaction and is rolled back/, 'a serialization failure is tried again');
	is(counts('locked'), '3|100', 'every row once');
}

# Others write to the same rows all the time
{
	make_table('busy', 2000);
	query('ALTER TABLE busy ADD m int DEFAULT 0');
	my $script = "$PostgreSQL::Test::Utils::tmp_check/busy.sql";
	append_to_file($script, "\\set id random(1, 2000)\nUPDATE busy SET m = m + 1 WHERE id = :id;\n");
	my $psql = Background->new($node, "CALL schemamig.backfill('busy', 'n = n + 1', 1, pause => '20 ms');\n" x 3);
	command_ok([ 'pgbench', '-n', '-c', '4', '-t', '500', '-f', $script, $node->connstr('postgres') ], 'others write to the table');
	my ($rc) = $psql->finish;
	is($rc, 0, 'meanwhile it is updated in batches');
	is(query('SELECT min(n), max(n), sum(m) FROM busy'), '3|3|2000', 'nothing is lost on either side');
}

# ---------------------------------------------------------------------------
# Rights

query(<<'SQL');
CREATE ROLE worker;
CREATE ROLE other;
GRANT USAGE ON SCHEMA schemamig TO worker;
GRANT EXECUTE ON PROCEDURE schemamig.backfill(regclass, text, int, text, interval) TO worker;
CREATE TABLE rights (id int PRIMARY KEY, n int DEFAULT 0, who text);
INSERT INTO rights (id) SELECT generate_series(1, 100);
-- who has rights on a function may leave a role that was lent
CREATE FUNCTION leave_role() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RESET ROLE;
	INSERT INTO public.steps VALUES ('outside of the role: ' || current_user);
	RETURN 'n = n + 1';
END $$;
SQL

{
	my $call = "CALL schemamig.backfill('rights', 'n = n + 1, who = current_user', 10, pause => '0');";
	my ($out, $err) = run_sql("SET ROLE other;\n$call");
	like($err, qr/^ERROR:  42501: permission denied for schema schemamig/, 'without rights on schemamig');
	($out, $err) = run_sql("SET ROLE worker;\n$call");
	like($err, qr/^ERROR:  42501: permission denied for table rights/, 'without rights on the table');
	query('GRANT UPDATE (n, who) ON rights TO worker');
	($out, $err) = run_sql("SET ROLE worker;\n$call");
	like($err, qr/^ERROR:  42501: permission denied for table rights/, 'without SELECT');
	query('GRANT SELECT ON rights TO worker');
	($out, $err) = run_sql("SET ROLE worker;\nCALL schemamig.backfill('rights', 'id2 = 1');\nCALL schemamig.backfill('rights', 'n = 1', condition => 'nothing IS NULL');\n$call");
	like($err, qr/^ERROR:  42703: .*\nERROR:  42703: .*\nNOTICE:  .* 100 rows in 4 batches$/s, 'with rights on columns and no more');
	is(query('SELECT n, who, count(*) FROM rights GROUP BY 1, 2'), '1|worker|100', 'as that role');
	is(query("SELECT role FROM schemamig.run WHERE status = 'done' ORDER BY run DESC LIMIT 1"), 'worker', 'as the journal says');

	# row-level security
	query("UPDATE rights SET n = 0, who = CASE WHEN id <= 30 THEN 'worker' ELSE 'other' END;
		ALTER TABLE rights ENABLE ROW LEVEL SECURITY;
		CREATE POLICY own ON rights USING (who = current_user)");
	($out, $err) = run_sql("SET ROLE worker;\nCALL schemamig.backfill('rights', 'n = n + 1', 10, pause => '0');");
	like($err, qr/: 30 rows in 2 batches$/, 'row-level security applies');
	is(query('SELECT n, who, count(*) FROM rights GROUP BY 1, 2 ORDER BY 1'), "0|other|70\n1|worker|30", 'to all of it');
	query('ALTER TABLE rights DISABLE ROW LEVEL SECURITY');
}

# In a revision: as the role of the scripts, which cannot leave it
{
	query("GRANT EXECUTE ON PROCEDURE schemamig.backfill(regclass, text, int, text, interval) TO other;
		GRANT USAGE ON SCHEMA schemamig TO other; GRANT SELECT, UPDATE ON rights TO other; GRANT INSERT ON steps TO worker, other; TRUNCATE steps;");
	my $migrate = sub {
		my ($script, $settings) = @_;
		query("SELECT schemamig.drop_revision('rights', force => true)") if query("SELECT count(*) FROM schemamig.revision WHERE revision = 'rights'");
		query("UPDATE rights SET n = 0, who = NULL; SELECT schemamig.revision('rights', \$script\$$script\$script\$, '', rev_id => 'rights')");
		my ($out, $err) = run_sql("$settings;\nCALL schemamig.migrate();\nSELECT current_user, session_user = current_user, current_setting('lock_timeout');");
		is($out, query('SELECT current_user') . '|t|0', 'the session is what it was');
		query("SELECT schemamig.stamp('rights-1')");
		return $err;
	};
	my $call = "CALL schemamig.backfill('rights', 'n = n + 1, who = current_user', 10, pause => '0')";
	my $who = 'SELECT n, who, count(*) FROM rights GROUP BY 1, 2';
	$migrate->($call, "SET schemamig.role = worker");
	is(query($who), '1|worker|100', 'schemamig.role');
	$migrate->("SET ROLE other; $call; RESET ROLE; $call", '');
	is(query($who), '2|' . query('SELECT current_user') . '|100', 'SET ROLE in the script lasts as long as it says');
	$migrate->("SET ROLE other; $call", '');
	is(query($who), '1|other|100', 'SET ROLE in the script');
	my $err = $migrate->("CALL schemamig.backfill('rights', leave_role())", "SET schemamig.role = worker");
	like($err, qr/ERROR:  42501: cannot set parameter "role" within security-/, 'an argument cannot leave the role');
	$err = $migrate->("CALL schemamig.backfill('rights', 'who = leave_role()')", "SET schemamig.role = worker");
	like($err, qr/ERROR:  42501: cannot set parameter "role" within security-/, 'the update cannot either');
	$err = $migrate->("CALL schemamig.backfill('rights', 'n = 1', condition => 'leave_role() IS NOT NULL')", "SET ROLE worker; RESET ROLE; SET schemamig.role = worker");
	like($err, qr/ERROR:  42501: cannot set parameter "role" within security-/, 'nor the condition');
	is(query('SELECT count(*) FROM steps'), 0, 'nobody was outside of it');
}

# A tenant: the schema is that of the table and of all that is named
{
	query("CREATE SCHEMA shop; CREATE TABLE shop.goods (id int PRIMARY KEY, n int DEFAULT 0); INSERT INTO shop.goods SELECT generate_series(1, 50);
		CREATE TABLE shop.rate (r int); INSERT INTO shop.rate VALUES (7); CREATE TABLE public.rate (r int);
		SELECT schemamig.revision('tenants only', \$\$CALL schemamig.backfill('goods', 'n = (SELECT r FROM rate)', 10)\$\$, '', rev_id => 'goods', head => '{base}')");
	my ($out, $err) = run_sql("CALL schemamig.migrate('goods', tenant => 'shop');");
	like($err, qr/backfill of shop\.goods: 50 rows/, 'a table of a tenant');
	is(query('SELECT n, count(*) FROM shop.goods GROUP BY 1'), '7|50', 'with what the schema has');
	query("SELECT schemamig.stamp('base', tenant => 'shop'); SELECT schemamig.drop_revision('goods')");
}

# ---------------------------------------------------------------------------
# What is refused

query(<<'SQL');
CREATE TABLE keyless (id int, n int);
CREATE VIEW a_view AS SELECT * FROM plain;
CREATE MATERIALIZED VIEW a_matview AS SELECT * FROM plain;
CREATE SEQUENCE a_sequence;
CREATE FOREIGN DATA WRAPPER fdw;
CREATE SERVER fdw FOREIGN DATA WRAPPER fdw;
CREATE FOREIGN TABLE a_foreign_table (id int, n int) SERVER fdw;
CREATE TABLE pair_key (a int, b int, n int, PRIMARY KEY (a, b));
SQL

my @refused = (
	[ q('plain', NULL), '22004', 'update must not be null' ],
	[ q(NULL, 'n = 1'), '22004', 'relation must not be null' ],
	[ q('plain', 'n = 1', 0), '22023', 'batch_size must be between' ],
	[ q('plain', 'n = 1', -5), '22023', 'batch_size must be between' ],
	[ q('plain', 'n = 1', NULL), '22023', 'batch_size must be between' ],
	[ q('plain', 'n = 1', 1000001), '22023', 'batch_size must be between' ],
	[ q('plain', 'n = 1', pause => '-1 s'), '22023', 'pause must be between' ],
	[ q('plain', 'n = 1', pause => NULL), '22023', 'pause must be between' ],
	[ q('plain', 'n = 1', pause => '100 years'), '22023', 'pause must be between' ],
	[ q('plain', 'n = 1', pause => '178000000 years'), '22023', 'pause must be between' ],
	[ q('nowhere', 'n = 1'), '42P01', 'relation "nowhere" does not exist' ],
	[ q(4294967295, 'n = 1'), '42P01', 'relation with OID 4294967295 does not exist' ],
	[ q('keyless', 'n = 1'), '55000', 'table "keyless" has no primary key' ],
	[ q('a_view', 'n = 1'), '42809', 'cannot update "a_view" in batches' ],
	[ q('a_matview', 'n = 1'), '42809', 'cannot update "a_matview" in batches' ],
	[ q('a_sequence', 'n = 1'), '42809', 'cannot update "a_sequence" in batches' ],
	[ q('a_foreign_table', 'n = 1'), '42809', 'cannot update "a_foreign_table" in batches' ],
	[ q('plain_pkey', 'n = 1'), '42809', 'cannot update "plain_pkey" in batches' ],
	[ q('plain', ''), '42601', 'syntax error at end of input' ],
	[ q('plain', 'n'), '42601', 'syntax error at end of input' ],
	[ q('plain', 'n = 1 2'), '42601', 'syntax error at or near "2"' ],
	[ q('plain', 'n = 1;'), '42601', 'must be assignments only' ],
	[ q('plain', 'n = 1; DELETE FROM plain'), '42601', 'must be assignments only' ],
	[ q('plain', 'n = 1 /*'), '42601', 'unterminated /\* comment' ],
	[ q('plain', 'n = 1 WHERE true'), '0A000', 'cannot have WHERE' ],
	[ q('plain', 'n = 1 WHERE true --'), '0A000', 'cannot have WHERE' ],
	[ q('plain', 'n = 1 FROM empty'), '0A000', 'cannot have FROM' ],
	[ q('plain', 'n = 1 RETURNING id'), '0A000', 'cannot have RETURNING' ],
	[ q('plain', 'n = $1'), '42P02', 'there is no parameter \$1' ],
	[ q('plain', 'n = (SELECT $2)'), '42P02', 'there is no parameter \$2' ],
	[ q('plain', 'id = 1'), '0A000', 'cannot update column "id" in batches' ],
	[ q('pair_key', 'n = 1, (a, b) = (1, 2)'), '0A000', 'cannot update column "a" in batches' ],
	[ q('plain', 'nothing = 1'), '42703', 'column "nothing" of relation "plain" does not exist' ],
	[ q('plain', 'n = ''x'''), '22P02', 'invalid input syntax for type integer' ],
	[ q('plain', 'n = sum(n)'), '42803', 'aggregate functions are not allowed in UPDATE' ],
	[ q('plain', 'n = 1', condition => ''), '42601', 'must be one expression' ],
	[ q{'plain', 'n = 1', condition => 'true) OR (true'}, '42601', 'syntax error at or near "\)"' ],
	[ q('plain', 'n = 1', condition => 'true; DELETE FROM plain'), '42601', 'syntax error at or near ";"' ],
	[ q('plain', 'n = 1', condition => 'true ORDER BY 1'), '42601', 'must be one expression' ],
	[ q('plain', 'n = 1', condition => 'true LIMIT 1'), '42601', 'must be one expression' ],
	[ q('plain', 'n = 1', condition => 'true, true'), '42601', 'must be one expression' ],
	[ q('plain', 'n = 1', condition => 'DISTINCT true'), '42601', 'must be one expression' ],
	[ q('plain', 'n = 1', condition => 'true AS x'), '42601', 'must be one expression' ],
	[ q('plain', 'n = 1', condition => 'true FOR UPDATE'), '42601', 'must be one expression' ],
	[ q('plain', 'n = 1', condition => 'true FROM empty'), '42601', 'must be one expression' ],
	[ q('plain', 'n = 1', condition => 'true WHERE true'), '42601', 'must be one expression' ],
	[ q('plain', 'n = 1', condition => 'true UNION SELECT true'), '42601', 'syntax error at or near "UNION"' ],
	[ q('plain', 'n = 1', condition => 'true /*'), '42601', 'unterminated /\* comment' ],
	[ q('plain', 'n = 1', condition => 'id = $1'), '42P02', 'there is no parameter \$1' ],
	[ q('plain', 'n = 1', condition => 'id'), '42804', 'must be type boolean' ],
	[ q('plain', 'n = 1', condition => 'count(*) > 1'), '42803', 'aggregate functions are not allowed' ],
	[ q('plain', 'n = 1', condition => '*'), '42601', 'syntax error' ]);

if ($node->pg_version >= 18)
{
	query('CREATE TABLE without_overlaps (k int4range, span daterange, n int, PRIMARY KEY (k, span WITHOUT OVERLAPS))');
	push @refused, [ q('without_overlaps', 'n = 1'), '0A000', 'cannot update table "without_overlaps" in batches' ];
}

my $before = query('SELECT md5(string_agg(t::text, \',\' ORDER BY id)) FROM plain t');
my $runs = query('SELECT count(*) FROM schemamig.run');
for my $case (@refused)
{
	my ($arguments, $sqlstate, $message) = @$case;
	my ($out, $err) = run_sql("CALL schemamig.backfill($arguments);");
	like($err, qr/^ERROR:  $sqlstate: .*$message/, "refused: $arguments");
}
is(query('SELECT md5(string_agg(t::text, \',\' ORDER BY id)) FROM plain t'), $before, 'nothing was changed');
is(query('SELECT count(*) FROM schemamig.run'), $runs, 'nor noted');

# The error shows what is wrong, and where
{
	my ($out, $err) = run_sql("CALL schemamig.backfill('plain', 'n = nn');");
	like($err, qr/^ERROR:  42703: column "nn" does not exist\nLINE 1: UPDATE public\.plain SET n = nn\n {36}\^/m, 'an error in the update is shown there');
	($out, $err) = run_sql("CALL schemamig.backfill('plain', 'n = 1 / (id - 500)', 100, pause => '0');");
	like($err, qr/^ERROR:  22012: division by zero\nCONTEXT:  SQL statement "UPDATE .*"\nbatch 3 of the backfill of public\.plain$/ms, 'a batch that fails is named');
}

# Where it cannot commit
{
	$before = query('SELECT md5(string_agg(t::text, \',\' ORDER BY id)) FROM plain t');
	my $call = "CALL schemamig.backfill('plain', 'n = 1')";
	my ($out, $err) = run_sql("BEGIN;\n$call;\nROLLBACK;\nDO \$\$BEGIN $call; END\$\$;
CREATE PROCEDURE calls_it() LANGUAGE plpgsql AS \$\$BEGIN $call; END\$\$;
CALL calls_it();
START TRANSACTION READ ONLY;\n$call;\nROLLBACK;
SET default_transaction_read_only = on;\n$call;");
	is($err =~ s/^(?!ERROR).*\n?//mgr, join('', map { "$_\n" }
		'ERROR:  25001: schemamig.backfill() cannot run inside a transaction block',
		('ERROR:  25001: schemamig.backfill() cannot be called from a procedure or DO') x 2,
		'ERROR:  25001: schemamig.backfill() cannot run inside a transaction block') .
		'ERROR:  25006: cannot execute schemamig.backfill() in a read-only transaction', 'where it cannot commit it is refused') or diag $err;
	query("SELECT schemamig.revision('not in a transaction', '$call', '', rev_id => 'notx')" =~ s/'(CALL.*?\))'/\$\$$1\$\$/r);
	($out, $err) = run_sql('SELECT schemamig.upgrade();');
	like($err, qr/^ERROR:  25001: schemamig\.backfill\(\) cannot run inside a transaction block/, 'upgrade() refuses it');
	is(query('SELECT md5(string_agg(t::text, \',\' ORDER BY id)) FROM plain t'), $before, 'nothing was changed');
	query("SELECT schemamig.drop_revision('notx')");
}

# ---------------------------------------------------------------------------
# The way to the rows: the index of the primary key, also where the planner knows
# nothing of the table

{
	query(<<'SQL');
CREATE TABLE big (tenant int, id bigint, state text DEFAULT 'old', n int DEFAULT 0, PRIMARY KEY (tenant, id));
INSERT INTO big (tenant, id) SELECT 1, generate_series(1, 50000);
CREATE INDEX big_state ON big (state);
SQL
	my $stats = q(SELECT (SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'big'),
		(SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname = 'big'),
		(SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'big_state'));
	my ($seq_scans) = split /\|/, query($stats);
	run_sql("CALL schemamig.backfill('big', 'n = n + 1', 500, 'state = ''old''', '0');");
	is(query('SELECT n, count(*) FROM big GROUP BY 1'), '1|50000', 'a table without statistics');
	# the counters come when the session is over
	$node->poll_query_until('postgres', "SELECT n_tup_upd >= 50000 FROM pg_stat_user_tables WHERE relname = 'big'") or die 'no counters';
	my ($seq, $read, $other) = split /\|/, query($stats);
	is($seq - $seq_scans, 1, 'is never read as a whole') ;
	cmp_ok($read, '<', 4 * 50000, 'the index is read once for each statement, not for each batch');
	is($other, 0, 'another index is not used');
}

# A trigger's statements are planned as ever
{
	make_table('triggered', 20);
	my ($out, $err) = run_sql(<<'SQL');
CREATE FUNCTION show_settings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	NEW.x := current_setting('enable_seqscan') || current_setting('jit') || current_setting('lock_timeout');
	RETURN NEW;
END $$;
CREATE TRIGGER show_settings BEFORE UPDATE ON triggered FOR EACH ROW EXECUTE FUNCTION show_settings();
SET jit = on;
SET schemamig.lock_deadline = 0;
SET schemamig.lock_timeout = '77ms';
CALL schemamig.backfill('triggered', 'n = n + 1');
SELECT DISTINCT x FROM triggered;
SHOW lock_timeout;
SET schemamig.lock_timeout = -1;
CALL schemamig.backfill('triggered', 'n = n + 1');
SELECT DISTINCT x FROM triggered;
SQL
	is($out, "onon77ms\n0\nonon0", 'settings for the plan of a batch are none of its triggers');
}

# ---------------------------------------------------------------------------
# One session, many calls: nothing piles up

{
	make_table('many', 30);
	my $calls = join '', map { <<"SQL" } 1 .. 60;
CALL schemamig.backfill('many', 'n = n + 1', 10, pause => '0');
CALL schemamig.backfill('many', 'n = n / (id - 25)', 10, pause => '0');
CALL schemamig.backfill('many', 'n = nothing', 10, pause => '0');
CALL schemamig.backfill('many', 'n = 1;', 10, pause => '0');
CALL schemamig.backfill('keyless', 'n = 1', 10, pause => '0');
SQL
	# what has failed half-way is begun anew each time
	$calls =~ s{(\(id - 25\))'}{my $n = ++$runs; "$1 + $n'"}ge;
	my $measure = q(SELECT 'bytes', sum(total_bytes) FROM pg_backend_memory_contexts;
SELECT 'top', sum(used_bytes) FROM pg_backend_memory_contexts WHERE name = 'TopMemoryContext';
SELECT 'contexts', count(*) FROM pg_backend_memory_contexts;
SELECT 'locks', count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory';);
	my ($out, $err) = run_sql("SET client_min_messages = error;\n$calls$measure\n$calls$measure");
	my %values;
	push @{ $values{$1} }, $2 while $out =~ /^(\w+)\|(\d+)$/mg;
	is_deeply($values{locks}, [ 0, 0 ], 'no lock is left');
	cmp_ok($values{bytes}[1] - $values{bytes}[0], '<', 100 * 1024, "300 calls: memory @{$values{bytes}}");
	cmp_ok($values{top}[1] - $values{top}[0], '<', 8 * 1024, "TopMemoryContext @{$values{top}}");
	cmp_ok($values{contexts}[1] - $values{contexts}[0], '<', 20, "contexts @{$values{contexts}}");
	is(scalar(() = $err =~ /^ERROR/mg), 8 * 60, 'four of five calls have failed');
}

# Nor over the batches of one call
{
	make_table('turns', 4000);
	run_sql(<<'SQL');
CALL schemamig.backfill('turns', $$x = (SELECT string_agg(name || used_bytes, ',' ORDER BY name, used_bytes)
	FROM pg_backend_memory_contexts WHERE name LIKE 'schemamig backfill%' AND turns.n = 0)$$, 1, pause => '0');
SQL
	my ($first, $last) = split /\n/, query('SELECT x FROM turns WHERE id IN (10, 4000) ORDER BY id');
	like($first, qr/schemamig backfill turn/, 'the memory of a batch');
	is($last, $first, 'is what it was some batches ago');
}

# In a background worker
{
	make_table('background', 100);
	query(q(SELECT schemamig.revision('background', $$CALL schemamig.backfill('background', 'n = n + 1', 10, pause => '0')$$, '', rev_id => 'background')));
	my ($out, $err) = run_sql("SELECT schemamig.start() AS run \\gset\nCALL schemamig.wait(:run);\nSELECT state FROM schemamig.runs WHERE run = :run;");
	is("$err$out", 'done', 'a run in the background');
	is(counts('background'), '1|100', 'does it too');
}

is(locks_left(), 0, 'no lock is left in the end');
is(query("SELECT count(*) FROM schemamig.run WHERE status = 'running'"), 0, 'and no run');
$node->stop;

# ---------------------------------------------------------------------------
# Replicas

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 1);
$primary->append_conf('postgresql.conf', 'autovacuum = off');
$primary->start;
$primary->backup('backup');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'backup', has_streaming => 1);
$standby->start;
$primary->safe_psql('postgres', 'CREATE EXTENSION schemamig; CREATE TABLE t (id int PRIMARY KEY, n int DEFAULT 0); INSERT INTO t SELECT generate_series(1, 1000)');

sub pause_replay
{
	$primary->wait_for_catchup($standby, 'replay', $primary->lsn('insert'));
	$standby->safe_psql('postgres', 'SELECT pg_wal_replay_pause()');
	$standby->poll_query_until('postgres', "SELECT pg_get_wal_replay_pause_state() = 'paused'") or die 'replay goes on';
	return;
}

my $fill = "CALL schemamig.backfill('t', 'n = n + 1', 10, pause => '10 ms');";
my $done = 'SELECT count(*) FROM t WHERE n = 1';
{
	# one that keeps pace is not waited for
	my ($out, $err) = run_sql("SET schemamig.max_replica_lag = '5s';\n$fill", node => $primary);
	is($err, 'NOTICE:  00000: backfill of public.t: 1000 rows in 7 batches', 'a replica that keeps pace is not waited for');
	$primary->safe_psql('postgres', 'UPDATE t SET n = 0');

	pause_replay();
	my $psql = Background->new($primary, "\\set VERBOSITY default\nSET application_name = 'filling';\nSET schemamig.max_replica_lag = '300ms';
SET statement_timeout = '500ms';\n" . $fill =~ s/10 ms/200 ms/r);
	wait_for_error($psql, qr/waits/);
	like($psql->{err}, qr/NOTICE:  backfill of public\.t waits for replica "standby", which is more than 0\.3 s behind$/m, 'one that does not keep pace is');
	my $waiting = $primary->safe_psql('postgres', $done);
	ok($waiting > 0 && $waiting < 1000, "after $waiting rows");
	# (a batch is a second away at most, if there were one)
	is($primary->safe_psql('postgres', "SELECT 1 FROM pg_sleep(1); $done"), "1\n$waiting", 'nothing goes on');
	is($primary->safe_psql('postgres', "SELECT backend_xmin IS NULL FROM pg_stat_activity WHERE application_name = 'filling' AND wait_event IN ('SchemamigPause', 'Extension')"),
		't', 'it waits without a snapshot');
	$standby->safe_psql('postgres', 'SELECT pg_wal_replay_resume()');
	my ($rc, $o, $e) = $psql->finish;
	like($e, qr/1000 rows in \d batches$/, 'when replay goes on, so does the call');
	is(scalar(() = $e =~ /waits/g), 1, 'it has told so once');
	is($primary->safe_psql('postgres', 'SELECT n, count(*) FROM t GROUP BY 1'), '1|1000', 'every row once');
	$primary->wait_for_catchup($standby, 'replay', $primary->lsn('insert'));
	is($standby->safe_psql('postgres', $done), 1000, 'also on the replica');

	# up to a deadline
	$primary->safe_psql('postgres', 'UPDATE t SET n = 0');
	pause_replay();
	($out, $err) = run_sql("SET schemamig.max_replica_lag = '100ms';\nSET schemamig.lock_deadline = '1s';\n" . $fill =~ s/10 ms/100 ms/r, node => $primary);
	like($err, qr/^ERROR:  55000: replica "standby" does not keep pace\nDETAIL:  It is more than 0\.1 s behind, and backfill of public\.t has waited for it for [12] s\.\nHINT:  What is committed stays/m,
		'there is a deadline');
	($out, $err) = run_sql("SET schemamig.max_replica_lag = 0;\n$fill", node => $primary);
	like($err, qr/public\.t goes on.*rows in \d batches$/s, 'without a limit nobody is waited for');
	is($primary->safe_psql('postgres', 'SELECT n, count(*) FROM t GROUP BY 1'), '1|1000', 'every row once');
	$standby->safe_psql('postgres', 'SELECT pg_wal_replay_resume()');

	# nor is one that is gone
	$standby->stop;
	($out, $err) = run_sql("SET schemamig.max_replica_lag = '100ms';\n$fill", node => $primary);
	like($err, qr/1000 rows in \d batches$/, 'a replica that is gone is not waited for');
}

$primary->stop;
done_testing();
