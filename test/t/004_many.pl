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
like(run("SELECT count(*) FROM schemamig.downgrade('base')"), qr/^(psql:\S+ )?ERROR:  53200$/, 'downgrade at once: too many locks');
is(run($tables_sql), "$revisions|$revisions", 'nothing is undone then');
is(run('SELECT count(*) FROM schemamig.validate()'), '0', 'and nothing is wrong');
is(run(join("\n", ("SELECT count(*) FROM schemamig.downgrade(400);") x 10)), join("\n", (400) x 10), 'downgrade in ten calls');
is(run($tables_sql), '0|0', 'all tables are gone');
is(run("SELECT count(*) FROM schemamig.upgrade('head')"), $revisions, 'and up again');

$node->stop;
done_testing();
