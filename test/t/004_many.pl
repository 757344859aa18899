# Thousands of revisions, each with a table and an index, in one transaction
# with the default max_locks_per_transaction: the locks on what the transaction
# itself has made are released early, all others are kept to its end.

use strict;
use warnings FATAL => 'all';

use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $revisions = 4000;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', <<'CONF');
max_connections = 100
max_locks_per_transaction = 64
CONF
$node->start;

# the graph of the bench: a chain
$node->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-v', "n=$revisions", '-v', 'merges=false', '-d', 'postgres',
	'-f', "$FindBin::RealBin/../bench/graph.sql" ], 'a graph');

# Half way it meets what was there before: a table, a sequence, a schema, a
# function.  Their locks must not be released.
$node->safe_psql('postgres', <<'SQL');
CREATE TABLE before (i int PRIMARY KEY);
CREATE SEQUENCE numbers;
CREATE VIEW watched AS SELECT i FROM before;
SELECT schemamig.edit(lpad(to_hex(2000), 12, '0'), upgrade => upgrade || $$ ALTER TABLE before ADD j int;
	INSERT INTO before VALUES (1);
	SELECT nextval('numbers');
	CREATE TABLE child (i int REFERENCES before DEFERRABLE INITIALLY DEFERRED);
	INSERT INTO child VALUES (1);
	CREATE SEQUENCE own_numbers;
	SELECT nextval('own_numbers');
	CREATE OR REPLACE VIEW watched AS SELECT i, j FROM before$$,
	downgrade => downgrade || '; DROP TABLE child; DROP SEQUENCE own_numbers; DELETE FROM before; DROP VIEW watched;
	ALTER TABLE before DROP j; CREATE VIEW watched AS SELECT i FROM before')
FROM schemamig.revision WHERE revision = lpad(to_hex(2000), 12, '0');
SQL

# The locks of this session: those on what existed before, and how many others
my $locks_sql = <<'SQL';
SELECT string_agg(DISTINCT relation::regclass || ' ' || mode, ', ' ORDER BY relation::regclass || ' ' || mode)
FROM pg_locks WHERE pid = pg_backend_pid() AND relation IN ('before'::regclass, 'numbers'::regclass, 'watched'::regclass)
	AND mode IN ('AccessExclusiveLock', 'RowExclusiveLock');
SELECT count(*) < 100 FROM pg_locks WHERE pid = pg_backend_pid();
SQL
my $tables_sql = "SELECT count(*), count(*) FILTER (WHERE i.n = 2) FROM pg_class c,
	LATERAL (SELECT count(*) AS n FROM pg_index WHERE indrelid = c.oid AND indisvalid) AS i WHERE relname ~ '^t\\d+\$' AND relkind = 'r';";

sub run
{
	my ($sql) = @_;
	my ($rc, $out, $err) = $node->psql('postgres', "\\set VERBOSITY sqlstate\nSET client_min_messages = warning;\n$sql");
	return $err eq '' ? $out : $err;
}

my $kept = 'before AccessExclusiveLock, before RowExclusiveLock, numbers RowExclusiveLock, watched AccessExclusiveLock';

is(run("BEGIN; SELECT count(*) FROM schemamig.upgrade('head'); $locks_sql ROLLBACK;"), "$revisions\n$kept\nt",
	'upgrade: few locks, none lost');
is(run($tables_sql), '0|0', 'rolled back: nothing is there');
is(run("SELECT count(*) FROM schemamig.upgrade('head')"), $revisions, 'upgrade, committed');
is(run($tables_sql), "$revisions|$revisions", 'all tables with their indexes are there');
is(run('SELECT count(*) FROM schemamig.validate()'), '0', 'nothing is wrong');
is(run("INSERT INTO t1 VALUES (1, 'x'); SELECT name FROM t1; INSERT INTO t$revisions VALUES (1, 'y'); SELECT name FROM t$revisions; DELETE FROM t1"),
	"x\ny", 'and can be used');
like(run('INSERT INTO child VALUES (5)'), qr/ERROR:  23503/, 'the deferred foreign key is there too');

# To drop tables that were committed needs their locks until the end, so it takes
# several calls.
{
	my ($rc, $out, $err) = $node->psql('postgres',
		"\\set VERBOSITY verbose\nSET client_min_messages = warning; SELECT count(*) FROM schemamig.downgrade('base')");
	like($err, qr/ERROR:  53200: .*^HINT:  The whole call is rolled back\..* fewer revisions in one call, use CALL schemamig.migrate\(\), or increase "max_locks_per_transaction"\.$/ms,
		'downgrade at once: too many locks, and what can be done');
}
is(run($tables_sql), "$revisions|$revisions", 'nothing is undone then');
is(run('SELECT count(*) FROM schemamig.validate()'), '0', 'and nothing is wrong');
is(run(join("\n", ("SELECT count(*) FROM schemamig.downgrade(400);") x 10)), join("\n", (400) x 10), 'downgrade in ten calls');
is(run($tables_sql), '0|0', 'all tables are gone');
is(run("SELECT count(*) FROM schemamig.upgrade('head')"), $revisions, 'and up again');


# ---------------------------------------------------------------------------
# Runs that come back to what earlier steps have made

# Makes a database with a chain of such revisions: pairs of upgrade and
# downgrade script, with one space between all tokens as in the bench's graph
sub create_chain
{
	my ($db, @scripts) = @_;
	my $n = 0;
	my $rows = join ",\n", map { sprintf '(%d, $_$%s$_$, $_$%s$_$)', ++$n, @$_ } @scripts;
	$node->safe_psql('postgres', "CREATE DATABASE $db");
	$node->safe_psql($db, <<"SQL");
CREATE EXTENSION schemamig;
CREATE TEMP TABLE script (i int, upgrade text, downgrade text);
INSERT INTO script VALUES $rows;
INSERT INTO schemamig.revision (revision, message, upgrade, downgrade, checksum, token_checksum, authors, created_at)
SELECT 'r' || i, 'number ' || i, upgrade, downgrade, encode(sha256(convert_to(upgrade, 'UTF8')), 'hex'),
	(SELECT encode(sha256(string_agg(convert_to(token, 'UTF8') || '\\x00'::bytea, ''::bytea ORDER BY o)), 'hex')
		FROM regexp_split_to_table(upgrade, ' ') WITH ORDINALITY AS s(token, o)),
	ARRAY[current_user], now()
FROM script ORDER BY i;
INSERT INTO schemamig.revision_edge (revision, kind, ordinal, parent)
SELECT 'r' || i, 'down', 1, 'r' || i - 1 FROM script WHERE i > 1;
SQL
	is($node->safe_psql($db, 'SELECT count(*) FROM schemamig.validate()'), 0, "$db: nothing is wrong with the revisions");
	return;
}

# Runs statements, the errors among them by their codes
sub run_in
{
	my ($db, $sql) = @_;
	my ($rc, $out, $err) = $node->psql($db, "\\set VERBOSITY sqlstate\nSET client_min_messages = warning;\n$sql",
		on_error_stop => 0);
	$err =~ s/^psql:\S+ //mg;
	return join "\n", grep { $_ ne '' } $out, $err;
}

# Each one alters the table of the one before, and rewrites that before it
my $altered = 1200;
create_chain('altered', map {
	my ($i, $before, $second) = ($_, $_ - 1, $_ - 2);
	my $up = "CREATE TABLE c$i ( id int PRIMARY KEY , name text )";
	my $down = "DROP TABLE c$i";
	if ($i > 1)
	{
		$up .= " ; ALTER TABLE c$before ADD more numeric DEFAULT random ( ) ; CREATE INDEX c${before}_more ON c$before ( more )";
		$down = "ALTER TABLE c$before DROP more ; $down";
	}
	$up .= " ; ALTER TABLE c$second ALTER id TYPE bigint ; COMMENT ON TABLE c$second IS 'two_later' ; INSERT INTO c$second VALUES ( 1 , 'x' )" if $i > 2;
	$down = "DELETE FROM c$second ; $down" if $i > 2;
	[ $up, $down ]
} 1 .. $altered);

my $altered_sql = q(SELECT count(*), count(*) FILTER (WHERE relnatts = 3), sum(i.n),
	count(*) FILTER (WHERE obj_description(oid, 'pg_class') = 'two_later')
	FROM pg_class c, LATERAL (SELECT count(*) AS n FROM pg_index WHERE indrelid = c.oid AND indisvalid) AS i
	WHERE relname ~ '^c\d+$' AND relkind = 'r';);
my $altered_all = join '|', $altered, $altered - 1, 2 * $altered - 1, $altered - 2;
my $few_sql = 'SELECT count(*) < 1500 FROM pg_locks WHERE pid = pg_backend_pid();';

is(run_in('altered', "BEGIN; SELECT count(*) FROM schemamig.upgrade(); $few_sql $altered_sql
	ALTER TABLE c5 ADD by_caller int; DROP TABLE c6; ROLLBACK; $altered_sql"),
	"$altered\nt\n$altered_all\n0|0||0", 'altering what earlier steps made: few locks, and the caller can go on');
is(run_in('altered', "BEGIN; SAVEPOINT s; SELECT count(*) FROM schemamig.upgrade('+300'); ROLLBACK TO s;
	SELECT count(*) FROM schemamig.upgrade('+400'); RELEASE s;
	SAVEPOINT s; SELECT count(*) FROM schemamig.upgrade('+1'); SELECT 1/0; ROLLBACK TO s;
	SELECT count(*) FROM schemamig.upgrade(); $few_sql COMMIT; $altered_sql"),
	join("\n", 300, 400, 1, $altered - 400, 't', $altered_all, 'ERROR:  22012'), 'and so in subtransactions');
is(run_in('altered', 'INSERT INTO c7 (id) VALUES (2); SELECT count(*), count(more) FROM c7; SELECT count(*) FROM schemamig.validate()'),
	"2|2\n0", 'what was made can be used');
is(run_in('altered', "SELECT count(*) FROM schemamig.downgrade(200);\n" x 3), "200\n200\n200", 'down in pieces');
is(run_in('altered', "SELECT count(*) FROM schemamig.upgrade()"), 600, 'and up again, the first on tables of before');

# ---------------------------------------------------------------------------
# What the server needs locks for until the end: sequences in use, tables with
# deferred trigger events; and other things that are looked at again

my $deferred = 600;
create_chain('deferred', (map {
	my ($i, $before) = ($_, $_ - 1);
	my $parent = $i > 1 ? "parent int REFERENCES d$before DEFERRABLE INITIALLY DEFERRED" : 'parent int';
	my $up = "CREATE TABLE d$i ( id serial PRIMARY KEY , $parent ) ; INSERT INTO d$i ( parent ) VALUES ( 1 )";
	# the sequence and the deferred trigger of the step before once more
	$up .= " ; INSERT INTO d$before ( parent ) VALUES ( 1 )" if $i > 1;
	$up .= ' ; CREATE TEMP TABLE scratch ( i int ) ON COMMIT DROP' if $i == 5;
	$up .= ' ; CREATE TEMP TABLE kept ( i int ) ON COMMIT DELETE ROWS ; INSERT INTO kept VALUES ( 1 )' if $i == 6;
	$up .= ' ; DECLARE open_one CURSOR FOR SELECT * FROM d6' if $i == 7;
	$up .= ' ; INSERT INTO scratch VALUES ( 1 ) ; FETCH open_one ; CLOSE open_one ; TRUNCATE kept' if $i == 300;
	# the events at once, and then the table can be altered
	$up .= " ; SET CONSTRAINTS ALL IMMEDIATE ; ALTER TABLE d$before ADD later int ; SET CONSTRAINTS ALL DEFERRED" if $i % 100 == 50;
	[ $up, "DROP TABLE d$i" ]
} 1 .. $deferred),
	[ 'CREATE TABLE whole ( i int ) PARTITION BY RANGE ( i ) ; CREATE TABLE part1 ( i int ) ; CREATE MATERIALIZED VIEW m AS SELECT 1 AS i ; CREATE UNIQUE INDEX mi ON m ( i )', '' ],
	[ 'ALTER TABLE whole ATTACH PARTITION part1 FOR VALUES FROM ( 1 ) TO ( 9 ) ; CREATE INDEX wi ON whole ( i ) ; REFRESH MATERIALIZED VIEW CONCURRENTLY m', '' ],
	[ 'INSERT INTO whole VALUES ( 1 ) ; REINDEX INDEX part1_i_idx ; CLUSTER part1 USING part1_i_idx ; ALTER TABLE whole DETACH PARTITION part1 ; DROP MATERIALIZED VIEW m', '' ]);
my $all = $deferred + 3;
my $deferred_sql = "SELECT count(*), (SELECT count(*) FROM pg_sequences WHERE sequencename ~ '^d\\d+_id_seq\$' AND last_value = CASE sequencename WHEN 'd${deferred}_id_seq' THEN 1 ELSE 2 END)
	FROM pg_class WHERE relname ~ '^d\\d+\$';";

is(run_in('deferred', "BEGIN; SELECT count(*) FROM schemamig.upgrade(); SELECT count(*) < 3000, count(*) > $deferred FROM pg_locks WHERE pid = pg_backend_pid();
	SELECT nextval('d9_id_seq'); SELECT currval('d$deferred\_id_seq'); ROLLBACK; $deferred_sql"),
	"$all\nt|t\n3\n1\n0|0", 'deferred triggers and sequences');
is(run_in('deferred', "BEGIN; SELECT count(*) FROM schemamig.upgrade(); INSERT INTO d9 (parent) VALUES (99); COMMIT; $deferred_sql"),
	"$all\n0|0\nERROR:  23503", 'a deferred constraint that is violated by the caller fails at the end');
is(run_in('deferred', "BEGIN; SELECT count(*) FROM schemamig.upgrade(); UPDATE d8 SET id = 77 WHERE id = 1; SET CONSTRAINTS ALL IMMEDIATE; ROLLBACK; $deferred_sql"),
	"$all\n0|0\nERROR:  23503", 'and so does one of the referenced side');
is(run_in('deferred', "SELECT count(*) FROM schemamig.upgrade(); $deferred_sql"), "$all\n$deferred|$deferred", 'and without it all is there');
is(run_in('deferred', "SELECT count(*), count(later) FROM d49; SELECT to_regclass('scratch'), (SELECT count(*) FROM part1);
	SELECT nextval('d9_id_seq'); SELECT count(*) FROM schemamig.validate()"),
	"2|0\n|1\n3\n0", 'and can be used');
is(run_in('deferred', "SELECT schemamig.revision('violates', 'INSERT INTO d9 (parent) VALUES (99)', '', rev_id => 'bad');
	SELECT count(*) FROM schemamig.upgrade(); SELECT revision FROM schemamig.current()"),
	"bad\nr$all\nERROR:  23503", 'a revision that violates it fails at the end and is not applied');

$node->stop;
done_testing();
