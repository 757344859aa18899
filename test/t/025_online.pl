# The form of revisions that keeps others from waiting: each lock is the one that
# diff() tells, also of the plain form; who reads and writes goes on; there is an
# index that serves a key at any time; nothing is read twice; scripts that say
# where to commit.

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
$node->append_conf('postgresql.conf', "autovacuum = off\nmax_prepared_transactions = 0\n");
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE DATABASE template_online;
CREATE ROLE regress_online;
SQL
$node->safe_psql('template_online', 'CREATE EXTENSION schemamig');
my $version = $node->pg_version->major;

my $database = 'none';
my $databases = 0;

# A new database with these tables
sub new_database
{
	my ($sql) = @_;
	$node->safe_psql('postgres', "DROP DATABASE IF EXISTS $database");
	$database = 'online' . ++$databases;
	$node->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE template_online");
	$node->safe_psql($database, "SET client_min_messages = warning; $sql") if $sql;
	return;
}

# The same, where no revision has been written
sub new_tables
{
	my ($sql) = @_;
	$node->safe_psql($database, "SET client_min_messages = warning; DROP SCHEMA public CASCADE; CREATE SCHEMA public; $sql");
	return;
}

sub query { return $node->safe_psql($database, $_[0]) }

# What psql prints on standard output and standard error, with SQLSTATEs
sub run_sql
{
	my ($sql) = @_;
	my ($rc, $out, $err) = $node->psql($database, "\\set VERBOSITY verbose\n$sql", on_error_stop => 0);
	$err =~ s/^(psql:\S+ |LOCATION: .*\n?)//mg;
	return ($out, $err);
}

sub literal { return "'" . $_[0] =~ s/'/''/gr . "'" }

# The statements of a text in which no statement has a semicolon of its own
sub statements { return grep { /\S/ } split /;(?:\n|\z)/, $_[0] }

# Writes the revision, and returns its scripts
sub scripts
{
	my ($model, $arguments) = @_;
	my $revision = query("SET client_min_messages = warning; SELECT schemamig.autogenerate('r', " . literal($model) . ", $arguments)");
	return map { query("SELECT $_ FROM schemamig.revision WHERE revision = '$revision'") } qw(upgrade downgrade);
}

# ---------------------------------------------------------------------------
# Locks

my @strength = qw(AccessShareLock RowShareLock RowExclusiveLock ShareUpdateExclusiveLock
  ShareLock ShareRowExclusiveLock ExclusiveLock AccessExclusiveLock);
my %strength = map { $strength[$_] => $_ } 0 .. $#strength;

# The strongest of them; '' if none keeps anybody from anything
sub strongest
{
	my ($mode) = sort { $strength{$b} <=> $strength{$a} } @_;
	return defined $mode && $strength{$mode} >= $strength{ShareUpdateExclusiveLock} ? $mode : '';
}

# Query for the locks of a session on relations that were there
sub locks_of
{
	my ($pid) = @_;
	return "SELECT DISTINCT l.mode FROM pg_locks l JOIN public.there t ON t.oid = l.relation WHERE l.pid = $pid AND l.database <> 0";
}

# A statement that a transaction block can have
sub locks_of_transactional
{
	my ($sql) = @_;
	return grep { /Lock\z/ } split /\n/,
	  query("SET client_min_messages = warning; SET search_path = pg_catalog; BEGIN; SET LOCAL check_function_bodies = off; $sql; "
		  . locks_of('pg_backend_pid()')
		  . '; COMMIT;');
}

# What a writer, or for DETACH a reader, must have locked for the statement to
# wait for it; and what others can do meanwhile
sub disturbance
{
	my ($sql) = @_;
	if ($sql =~ /^CREATE (?:UNIQUE )?INDEX CONCURRENTLY \S+ ON (\S+)/)
	{
		# nobody writes to a materialized view: this waits for whoever reads
		return ('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT 1', "SELECT count(*) FROM $1")
		  if query("SELECT relkind FROM pg_class WHERE oid = '$1'::regclass") eq 'm';
		return ("LOCK TABLE $1 IN ROW EXCLUSIVE MODE", "DELETE FROM $1 WHERE false; SELECT count(*) FROM $1");
	}
	if ($sql =~ /^DROP INDEX CONCURRENTLY (\S+)/)
	{
		my $table = query("SELECT indrelid::regclass FROM pg_index WHERE indexrelid = '$1'::regclass");
		return ("LOCK TABLE $table IN ROW EXCLUSIVE MODE", "DELETE FROM $table WHERE false; SELECT count(*) FROM $table");
	}
	return ("LOCK TABLE $2 IN ACCESS SHARE MODE", "DELETE FROM $1 WHERE false; SELECT count(*) FROM $1")
	  if $sql =~ /^ALTER TABLE (\S+) DETACH PARTITION (\S+) CONCURRENTLY/;
	return;
}

# A statement at top level: it waits for a session, and while it does others read
# and write
sub locks_of_concurrent
{
	my ($sql, $name) = @_;
	my ($blocking, $others) = disturbance($sql);
	if (!defined $blocking)
	{
		query("SET client_min_messages = warning; SET search_path = pg_catalog; $sql");
		return;
	}
	my $blocker = Background->new($node, "BEGIN; $blocking; SELECT 'locked';", dbname => $database);
	$blocker->wait_for(qr/locked/);
	my $session = Background->new($node, "SELECT 'pid ' || pg_backend_pid(); SET search_path = pg_catalog;\n$sql;\nSELECT 'over';",
		dbname => $database);
	$session->wait_for(qr/pid \d+\n/);
	my ($pid) = $session->{out} =~ /pid (\d+)/;
	$node->poll_query_until($database, "SELECT EXISTS (SELECT FROM pg_locks WHERE pid = $pid AND NOT granted)")
	  or die "\"$sql\" does not wait";
	my @modes = split /\n/, query(locks_of($pid));

	my (undef, $err) = run_sql("SET lock_timeout = '${PostgreSQL::Test::Utils::timeout_default}s'; $others");
	is($err, '', "$name: others read and write during $sql");
	$blocker->send('COMMIT;');
	$session->wait_for(qr/over/);
	$_->finish for $blocker, $session;
	return @modes;
}

# Runs the statements of each row of diff(), and compares their locks with what
# the row says; then nothing is left to do
sub check_locks
{
	my ($name, $live, $model, $arguments) = @_;
	new_tables($live);
	query('CREATE TABLE there AS SELECT oid FROM pg_class; DELETE FROM there WHERE oid < 16384');
	my $diff = 'schemamig.diff(' . literal($model) . ", exclude => '{table:public.there}', $arguments)";
	my @rows = split /\x01\n?/,
	  query("SET client_min_messages = warning; SELECT concat_ws(E'\\x02', kind || ' ' || identity || ': ' || change, "
		  . "coalesce(lock_mode, ''), upgrade_sql) || E'\\x01' FROM $diff WHERE upgrade_sql IS NOT NULL");
	ok(@rows > 0, "$name: there is something to do");
	for my $row (@rows)
	{
		my ($what, $told, $sql) = split /\x02/, $row;
		my @modes;
		for my $statement (statements($sql))
		{
			# an index that was built before is in everybody's plans
			query('INSERT INTO there SELECT indexrelid FROM pg_index WHERE indrelid IN (SELECT oid FROM there)');
			push @modes, $statement =~ / CONCURRENTLY|^CALL /
			  ? locks_of_concurrent($statement, $name)
			  : locks_of_transactional($statement);
		}
		is($told, strongest(@modes), "$name: $what");
	}
	is(query("SET client_min_messages = warning; SELECT string_agg(identity || change, ', ') FROM $diff"), '', "$name: nothing is left");
	is(query('SELECT count(*) FROM pg_index WHERE NOT indisvalid'), '0', "$name: all indexes are valid");
	return;
}

my $plain = 'CREATE TABLE t (id int PRIMARY KEY, a int, b text, c int NOT NULL DEFAULT 1);';
my $parts = 'CREATE TABLE p (id int, k int) PARTITION BY RANGE (k);'
  . 'CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);'
  . 'CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20);';

# name, tables that are there, model; each in both forms
my @changes = (
	[ 'index', $plain, "$plain CREATE INDEX i ON t (a)" ],
	[ 'index that goes', "$plain CREATE INDEX i ON t (a)", $plain ],
	[ 'index that changes', "$plain CREATE INDEX i ON t (a)", "$plain CREATE INDEX i ON t (b) WHERE a > 0; COMMENT ON INDEX i IS 'x'" ],
	[ 'options of an index', "$plain CREATE INDEX i ON t (a)", "$plain CREATE INDEX i ON t (a) WITH (fillfactor = 50)" ],
	[ 'index of a materialized view', "$plain CREATE MATERIALIZED VIEW m AS SELECT 1 AS x",
		"$plain CREATE MATERIALIZED VIEW m AS SELECT 1 AS x; CREATE INDEX i ON m (x)" ],
	[ 'unique constraint', $plain, "$plain ALTER TABLE t ADD UNIQUE (a)" ],
	[ 'unique constraint that changes', "$plain ALTER TABLE t ADD CONSTRAINT u UNIQUE (a)", "$plain ALTER TABLE t ADD CONSTRAINT u UNIQUE (a, b) DEFERRABLE" ],
	[ 'unique constraint that goes', "$plain ALTER TABLE t ADD CONSTRAINT u UNIQUE (a)", $plain ],
	[ 'primary key', 'CREATE TABLE t (id int NOT NULL)', 'CREATE TABLE t (id int PRIMARY KEY)' ],
	[ 'exclusion', $plain, "$plain ALTER TABLE t ADD EXCLUDE (a WITH =)" ],
	[ 'foreign key', "$plain CREATE TABLE r (x int)", "$plain CREATE TABLE r (x int REFERENCES t)" ],
	[ 'foreign key of a new table', $plain, "$plain CREATE TABLE r (x int REFERENCES t)" ],
	[ 'foreign key that goes', "$plain CREATE TABLE r (x int REFERENCES t)", "$plain CREATE TABLE r (x int)" ],
	[ 'check', $plain, "$plain ALTER TABLE t ADD CHECK (a > 0)" ],
	[ 'check to be validated', "$plain ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0) NOT VALID", "$plain ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0)" ],
	[ 'not null', $plain, $plain =~ s/a int/a int NOT NULL/r ],
	[ 'not null that goes', $plain =~ s/a int/a int NOT NULL/r, $plain ],
	[ 'column', $plain, "$plain ALTER TABLE t ADD d int DEFAULT 5" ],
	[ 'column with a volatile default', $plain, "$plain ALTER TABLE t ADD d uuid NOT NULL DEFAULT gen_random_uuid()" ],
	[ 'identity column', $plain, "$plain ALTER TABLE t ADD d bigint GENERATED ALWAYS AS IDENTITY" ],
	[ 'column that goes', $plain, 'CREATE TABLE t (id int PRIMARY KEY, a int, c int NOT NULL DEFAULT 1)' ],
	[ 'type', $plain, $plain =~ s/a int/a bigint/r ],
	[ 'default', $plain, $plain =~ s/DEFAULT 1/DEFAULT 2/r ],
	[ 'storage and statistics', $plain, "$plain ALTER TABLE t ALTER b SET STORAGE EXTERNAL; ALTER TABLE t ALTER a SET STATISTICS 50" ],
	[ 'statistics target', $plain, "$plain ALTER TABLE t ALTER a SET STATISTICS 50" ],
	[ 'storage parameters', $plain, "$plain ALTER TABLE t SET (fillfactor = 70)" ],
	[ 'row security', $plain, "$plain ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY q ON t USING (true)" ],
	[ 'policy that goes', "$plain CREATE POLICY q ON t USING (true)", $plain ],
	[ 'replica identity', $plain, "$plain ALTER TABLE t REPLICA IDENTITY FULL" ],
	[ 'cluster', $plain, "$plain ALTER TABLE t CLUSTER ON t_pkey" ],
	[ 'unlogged', $plain, $plain =~ s/CREATE TABLE/CREATE UNLOGGED TABLE/r ],
	[ 'inheritance', "$plain CREATE TABLE h (id int NOT NULL, a int, b text, c int NOT NULL DEFAULT 1)",
		"$plain CREATE TABLE h (id int NOT NULL, a int, b text, c int NOT NULL DEFAULT 1) INHERITS (t)" ],
	[ 'child', $plain, "$plain CREATE TABLE h () INHERITS (t)" ],
	[ 'table that goes', "$plain CREATE TABLE r (x int REFERENCES t)", $plain ],
	[ 'comments', $plain, "$plain COMMENT ON TABLE t IS 'x'; COMMENT ON COLUMN t.a IS 'x'; COMMENT ON CONSTRAINT t_pkey ON t IS 'x'" ],
	[ 'privileges', $plain, "$plain GRANT SELECT ON t TO regress_online; GRANT UPDATE (a) ON t TO regress_online" ],
	[ 'owner', $plain, "$plain ALTER TABLE t OWNER TO regress_online" ],
	[ 'trigger', "$plain CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
		"$plain CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; CREATE TRIGGER g AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()" ],
	[ 'trigger that goes', "$plain CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()", $plain ],
	[ 'trigger turned off', "$plain CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
		"$plain CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger(); ALTER TABLE t DISABLE TRIGGER g" ],
	[ 'rule', $plain, "$plain CREATE RULE q AS ON DELETE TO t DO INSTEAD NOTHING" ],
	[ 'extended statistics', $plain, "$plain CREATE STATISTICS s ON a, b FROM t" ],
	[ 'extended statistics that go', "$plain CREATE STATISTICS s ON a, b FROM t", $plain ],
	[ 'view', "$plain CREATE VIEW v AS SELECT a FROM t", "$plain CREATE VIEW v AS SELECT a, b FROM t" ],
	[ 'view that goes', "$plain CREATE VIEW v AS SELECT a FROM t", $plain ],
	[ 'new view', $plain, "$plain CREATE VIEW v AS SELECT a FROM t" ],
	[ 'materialized view', $plain, "$plain CREATE MATERIALIZED VIEW m AS SELECT a FROM t" ],
	[ 'sequence', 'CREATE SEQUENCE s', 'CREATE SEQUENCE s INCREMENT 5' ],
	[ 'new sequence of a column', $plain, "$plain CREATE SEQUENCE s OWNED BY t.a" ],
	[ 'enum', "CREATE TYPE e AS ENUM ('a'); CREATE TABLE x (e e)", "CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE x (e e)" ],
	[ 'domain', 'CREATE DOMAIN d AS int; CREATE TABLE x (d d)', 'CREATE DOMAIN d AS int CHECK (VALUE > 0); CREATE TABLE x (d d)' ],
	[ 'domain to be validated', 'CREATE DOMAIN d AS int; ALTER DOMAIN d ADD CONSTRAINT k CHECK (VALUE > 0) NOT VALID; CREATE TABLE x (d d)',
		'CREATE DOMAIN d AS int CONSTRAINT k CHECK (VALUE > 0); CREATE TABLE x (d d)' ],
	[ 'partition that is attached', "$parts CREATE TABLE p3 (id int, k int)", "$parts CREATE TABLE p3 PARTITION OF p FOR VALUES FROM (20) TO (30)" ],
	[ 'partition of a table with foreign keys', "$plain $parts ALTER TABLE p ADD FOREIGN KEY (id) REFERENCES t; CREATE TABLE p3 (id int, k int)",
		"$plain $parts CREATE TABLE p3 PARTITION OF p FOR VALUES FROM (20) TO (30); ALTER TABLE p ADD FOREIGN KEY (id) REFERENCES t" ],
	[ 'partition beside a default one', "$parts CREATE TABLE pd PARTITION OF p DEFAULT; CREATE TABLE p3 (id int, k int)",
		"$parts CREATE TABLE pd PARTITION OF p DEFAULT; CREATE TABLE p3 PARTITION OF p FOR VALUES FROM (20) TO (30)" ],
	[ 'new partition', $parts, "$parts CREATE TABLE p3 PARTITION OF p FOR VALUES FROM (20) TO (30)" ],
	[ 'new partition beside a default one', "$parts CREATE TABLE pd PARTITION OF p DEFAULT",
		"$parts CREATE TABLE pd PARTITION OF p DEFAULT; CREATE TABLE p3 PARTITION OF p FOR VALUES FROM (20) TO (30)" ],
	[ 'partition that is detached', "$parts CREATE TABLE p3 PARTITION OF p FOR VALUES FROM (20) TO (30)", "$parts CREATE TABLE p3 (id int, k int)" ],
	[ 'partition that goes', "$parts CREATE TABLE p3 PARTITION OF p FOR VALUES FROM (20) TO (30)", $parts ],
	[ 'other bounds', $parts, $parts =~ s/\(20\)/(25)/r ],
	[ 'index of a partitioned table', $parts, "$parts CREATE INDEX i ON p (id)" ],
	[ 'index of a partitioned table that goes', "$parts CREATE INDEX i ON p (id)", $parts ],
	[ 'index of a partition', $parts, "$parts CREATE INDEX i ON p1 (id)" ],
	[ 'check of a partitioned table', $parts, "$parts ALTER TABLE p ADD CHECK (id > 0)" ],
	[ 'foreign key of a partitioned table', "$parts $plain", "$parts $plain ALTER TABLE p ADD FOREIGN KEY (id) REFERENCES t" ],
	[ 'foreign key of a partitioned table that goes', "$parts $plain ALTER TABLE p ADD FOREIGN KEY (id) REFERENCES t", "$parts $plain" ],
	[ 'foreign key to a partitioned table', "$parts ALTER TABLE p ADD PRIMARY KEY (id, k); CREATE TABLE r (id int, k int)",
		"$parts ALTER TABLE p ADD PRIMARY KEY (id, k); CREATE TABLE r (id int, k int, FOREIGN KEY (id, k) REFERENCES p)" ],
);

new_database();
for my $change (@changes)
{
	my ($name, $live, $model) = @$change;
	check_locks($name, $live, $model, 'online => false');
	check_locks("online, $name", $live, $model, 'online => true');
}

# ---------------------------------------------------------------------------
# What replaces an index is there before it goes

# Runs the statements of the revision one by one, with a look after each
sub check_steps
{
	my ($name, $live, $model, $look) = @_;
	new_database($live);
	my ($up, $down) = scripts($model, 'online => true');
	for ([ 'upgrade', $up ], [ 'downgrade', $down ])
	{
		my ($direction, $script) = @$_;
		my (@pieces, @missing);
		for my $statement (statements($script))
		{
			# as migrate() does it: what is committed, others see
			push @pieces, [] if !@pieces || $statement =~ /-- schemamig: commit| CONCURRENTLY|^\s*CALL /m || $pieces[-1][0] =~ / CONCURRENTLY/;
			push @{ $pieces[-1] }, $statement;
		}
		cmp_ok(scalar @pieces, '>', 2, "$name, $direction: there is more than one commit");
		for my $piece (@pieces)
		{
			my $sql = join ";\n", @$piece;
			query(@$piece > 1 ? "SET client_min_messages = warning; BEGIN; $sql; COMMIT" : "SET client_min_messages = warning; $sql");
			my $fault = $look->();
			push @missing, "$fault after $sql" if $fault ne '';
		}
		is(join("\n", @missing), '', "$name, $direction: at every point");
	}
	return;
}

# Says so if one of the rows, which have the keys of others, can be inserted
sub duplicates_refused
{
	my @inserts = @_;
	return sub {
		for (@inserts)
		{
			my (undef, $err) = run_sql("BEGIN; INSERT INTO $_; ROLLBACK");
			return "INSERT INTO $_ gives \"$err\"" if $err !~ /^ERROR:  23505: /;
		}
		return '';
	};
}

# Says so if no valid index of the table begins with the column
sub is_indexed
{
	my ($table, $column) = @_;
	return sub {
		return query("SELECT 'no index' WHERE NOT EXISTS (SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] "
			  . "WHERE i.indrelid = '$table'::regclass AND a.attname = '$column' AND i.indisvalid AND i.indisready)");
	};
}

my $filled = 'CREATE TABLE t (id int NOT NULL, a int NOT NULL, b int); INSERT INTO t SELECT g, g, g FROM generate_series(1, 100) g;';
my $empty = 'CREATE TABLE t (id int NOT NULL, a int NOT NULL, b int);';
check_steps('primary key', "$filled ALTER TABLE t ADD CONSTRAINT k PRIMARY KEY (id)", "$empty ALTER TABLE t ADD CONSTRAINT k PRIMARY KEY (id) INCLUDE (b)",
	duplicates_refused('t VALUES (7, 200, 200)'));
check_steps('unique constraint', "$filled ALTER TABLE t ADD CONSTRAINT u UNIQUE (a)", "$empty ALTER TABLE t ADD CONSTRAINT u UNIQUE NULLS NOT DISTINCT (a)",
	duplicates_refused('t VALUES (200, 7, 200)'));
check_steps('unique index', "$filled CREATE UNIQUE INDEX u ON t (a)", "$empty CREATE UNIQUE INDEX u ON t (a) INCLUDE (b)",
	duplicates_refused('t VALUES (200, 7, 200)'));
check_steps('unique index that becomes a constraint', "$filled CREATE UNIQUE INDEX u ON t (a)", "$empty ALTER TABLE t ADD CONSTRAINT u UNIQUE (a)",
	duplicates_refused('t VALUES (200, 7, 200)'));
check_steps('index', "$filled CREATE INDEX i ON t (b)", "$empty CREATE INDEX i ON t (b, a) WITH (fillfactor = 80)", is_indexed('t', 'b'));
check_steps(
	'index of a partitioned table',
	"$parts CREATE INDEX i ON p (id); INSERT INTO p SELECT g, g % 20 FROM generate_series(1, 100) g",
	"$parts CREATE INDEX i ON p (id, k)",
	is_indexed('p', 'id'));

# Rows of a published table can be changed
check_steps(
	'replica identity',
	"$filled CREATE UNIQUE INDEX u ON t (a); ALTER TABLE t REPLICA IDENTITY USING INDEX u; CREATE PUBLICATION p FOR TABLE t",
	"$empty CREATE UNIQUE INDEX u ON t (a, id); ALTER TABLE t REPLICA IDENTITY USING INDEX u",
	sub { return (run_sql('UPDATE t SET b = b + 1 WHERE id = 1'))[1] });

# A foreign key by way of an index is never gone for others
check_steps(
	'index that a foreign key needs',
	"$filled CREATE UNIQUE INDEX u ON t (a); CREATE TABLE r (a int REFERENCES t (a))",
	"$empty CREATE UNIQUE INDEX u ON t (a) INCLUDE (b); CREATE TABLE r (a int REFERENCES t (a))",
	sub {
		my (undef, $err) = run_sql('INSERT INTO r VALUES (1000)');
		return $err =~ /^ERROR:  23503: / ? '' : "no foreign key: $err";
	});

# ---------------------------------------------------------------------------
# What was looked at under a weak lock is not looked at again

sub check_messages
{
	my ($name, $live, $model, @expected) = @_;
	new_database($live);
	my ($up) = scripts($model, 'online => true');
	my (undef, $err) = run_sql("SET client_min_messages = debug1;\n" . join '', map { "$_;\n" } statements($up));
	like($err, qr/^DEBUG:  .*$_/m, "$name: $_") for @expected;
	unlike($err, qr/^(?:ERROR|FATAL)/m, "$name: all statements run");
	return;
}

my $implied = 'partition constraint for table "n" is implied by existing constraints';
my $default_implied = 'updated partition constraint for default partition "d" is implied by existing constraints';
for (
	[ 'RANGE (day)', 'day date', 'FROM (\'2024-01-01\') TO (\'2025-01-01\')', "'2024-05-05'" ],
	[ 'RANGE (k)', 'k int', 'FROM (MINVALUE) TO (10)', '5' ],
	[ 'RANGE ("a b")', '"a b" numeric', 'FROM (-5) TO (MAXVALUE)', '5' ],
	[ 'RANGE (k)', 'k text', q{FROM ('it''s') TO ('x, (y')}, q{'j'} ],
	[ 'LIST (k)', 'k int', 'IN (3)', '3' ],
	[ 'LIST (k)', 'k text', q{IN ('a', 'b,c', 'it''s')}, q{'b,c'} ],
	[ 'LIST (k)', 'k varchar(10)', q{IN ('a', 'b')}, q{'b'} ],
	[ 'LIST (k)', 'k int', 'IN (1, NULL)', 'NULL' ],
	[ 'LIST (k)', 'k int', 'IN (NULL)', 'NULL' ],
	[ 'LIST (k)', 'k boolean', 'IN (true)', 'true' ],
	[ 'LIST (lower(k))', 'k text', q{IN ('a', 'b')}, q{'B'} ],
	[ 'RANGE (k COLLATE "C")', 'k text', q{FROM ('a') TO ('b')}, q{'a'} ],
	[ 'RANGE (k COLLATE "C" text_pattern_ops)', 'k varchar(10)', q{FROM ('a') TO ('b')}, q{'a'} ],
	[ 'RANGE (k text_pattern_ops)', 'k text', q{FROM ('a') TO ('b')}, q{'a'} ],
	[ 'RANGE (k, l COLLATE "C")', 'k int, l varchar', q{FROM (1, 'a') TO (2, 'b')}, q{2, 'a'} ],
	[ 'RANGE (lower(k) COLLATE "POSIX")', 'k text', q{FROM (MINVALUE) TO ('b')}, q{'A'} ],
	[ 'LIST (k COLLATE "C")', 'k text', q{IN ('a', 'b')}, q{'a'} ],
	[ 'LIST (k COLLATE "C")', 'k varchar(5)', q{IN ('a', NULL)}, q{NULL} ],
	[ 'LIST (k text_pattern_ops)', 'k text', q{IN ('a')}, q{'a'} ],
	[ 'RANGE (k, day)', 'k int, day date', q{FROM (1, '2024-01-01') TO (3, '2024-02-01')}, q{2, '2020-01-01'} ],
	[ 'RANGE (k, day)', 'k int, day date', q{FROM (1, '2024-01-01') TO (1, '2024-02-01')}, q{1, '2024-01-05'} ],
	[ 'RANGE (k, day)', 'k int, day date', q{FROM (1, MINVALUE) TO (3, MAXVALUE)}, q{3, '2020-01-01'} ],
	[ 'RANGE (k, day)', 'k int, day date', q{FROM (MINVALUE, MINVALUE) TO (3, '2024-02-01')}, q{0, '2020-01-01'} ],
	[ 'RANGE (k, day)', 'k int, day date', q{FROM (1, '2024-01-01') TO (MAXVALUE, MAXVALUE)}, q{7, '2020-01-01'} ],
	[ 'RANGE ("a,(b", (l + 1), m)', '"a,(b" text, l int, m int', q{FROM (') TO (', 2, 3) TO (') TO (', 2, 5)}, q{') TO (', 1, 4} ],
	[ 'RANGE (a, b, c)', 'a int, b int, c int', q{FROM (1, MAXVALUE, MAXVALUE) TO (2, 7, MINVALUE)}, q{2, 5, 3} ])
{
	my ($key, $column, $bound, $value) = @$_;
	my $table = "CREATE TABLE p ($column) PARTITION BY $key; CREATE TABLE d PARTITION OF p DEFAULT;";
	check_messages("$key $column $bound", "$table CREATE TABLE n ($column); INSERT INTO n VALUES ($value)",
		"$table CREATE TABLE n PARTITION OF p FOR VALUES $bound",
		$implied, $default_implied);
}
# one whose operator class is there only with the table is not one of them
my $own_class =
	"CREATE OPERATOR CLASS c FOR TYPE int USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint4cmp(int, int);";
my $own = 'CREATE TABLE p (k int) PARTITION BY RANGE (k public.c); CREATE TABLE n';
new_database("CREATE TABLE n (k int)");
unlike((scripts("$own_class $own PARTITION OF p FOR VALUES FROM (1) TO (2)", 'online => true'))[0], qr/CHECK/, 'no check by an operator class that is not there');
check_messages('operator class', "$own_class $own (k int); INSERT INTO n VALUES (1)", "$own_class $own PARTITION OF p FOR VALUES FROM (1) TO (2)", $implied);
my $hash_class = 'CREATE OPERATOR CLASS h FOR TYPE int USING hash AS OPERATOR 1 =, FUNCTION 1 hashint4(int), FUNCTION 2 hashint4extended(int, bigint);'
  . 'CREATE TABLE p (k int, l date) PARTITION BY HASH (k public.h, l); CREATE TABLE n';
check_messages('hash by an operator class', "$hash_class (k int, l date)", "$hash_class PARTITION OF p FOR VALUES WITH (MODULUS 2, REMAINDER 1)", $implied);
check_messages('hash', 'CREATE TABLE p (k int, l date) PARTITION BY HASH (k, l); CREATE TABLE n (k int, l date)',
	'CREATE TABLE p (k int, l date) PARTITION BY HASH (k, l); CREATE TABLE n PARTITION OF p FOR VALUES WITH (MODULUS 2, REMAINDER 1)', $implied);
# the server does not take what a user writes for its own expression here
my $hash = 'CREATE TABLE p (k text) PARTITION BY HASH (k); CREATE TABLE n ';
new_database("$hash (k text)");
unlike((scripts("$hash PARTITION OF p FOR VALUES WITH (MODULUS 2, REMAINDER 1)", 'online => true'))[0], qr/CHECK/, 'no check that would be of no use');
check_messages('not null', $filled, $empty =~ s/b int/b int NOT NULL/r,
	$version < 18 ? 'existing constraints on column "t.b" are sufficient to prove that it does not contain nulls' : ());
check_messages('primary key of a column that may be null', $filled =~ s/a int NOT NULL/a int/r, "$empty ALTER TABLE t ADD PRIMARY KEY (a)",
	$version < 18 ? 'existing constraints on column "t.a" are sufficient to prove that it does not contain nulls' : ());

# A table that becomes a partition has its foreign keys, and its columns, before
for ([ 'k int, a int', '' ], [ 'a bigint', '' ], [ 'k int, a int', ', CHECK (a > 0)' ])
{
	my ($columns, $more) = @$_;
	my $table = "CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE p (k int, a int REFERENCES t$more) PARTITION BY LIST (k);";
	new_database("$table CREATE TABLE n ($columns); INSERT INTO t VALUES (1); INSERT INTO n (a) VALUES (1)" . ($columns =~ /k/ ? '; UPDATE n SET k = 1' : ''));
	my ($up, $down) = scripts("$table CREATE TABLE n PARTITION OF p FOR VALUES IN (" . ($columns =~ /k/ ? '1' : 'NULL') . ')', 'online => true');
	my (undef, $err) = run_sql("SET client_min_messages = debug1;\n" . join '', map { "$_;\n" } statements($up));
	unlike($err, qr/^(?:ERROR|FATAL)/m, "partition of ($columns$more) in a table with a foreign key: all statements run");
	is(scalar(() = $err =~ /validating foreign key constraint/g), 1, '... the rows are looked up once');
	like($err, qr/partition constraint for table "n" is implied/, '... and checked once');
	is(query("SELECT count(*) FROM pg_constraint WHERE conrelid = 'n'::regclass AND contype = 'f'"), '1', '... there is one key');
	is(query("SET client_min_messages = warning; SELECT count(*) FROM schemamig.diff('$table CREATE TABLE n PARTITION OF p FOR VALUES IN ("
			  . ($columns =~ /k/ ? '1' : 'NULL') . ")')"), '0', '... nothing is left');
	(undef, $err) = run_sql(join '', map { "$_;\n" } statements($down));
	is($err =~ /^(ERROR.*)/m ? $1 : '', '', '... and back');
}
like(query(q{SET client_min_messages = warning; SELECT hazard FROM schemamig.diff('CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE p (k int, a int REFERENCES t, CHECK (a > 0)) PARTITION BY LIST (k);}
		  . q{ CREATE TABLE n PARTITION OF p FOR VALUES IN (1)') WHERE kind = 'partition'}),
	qr/^reads the whole table, .*; looks at all its rows for the foreign keys of public.p, and fails if one does not fit$/, 'the hazard of the plain form');

# The foreign key of a partitioned table has a look at each partition once
my $tree = 'CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE p (k int, a int) PARTITION BY LIST (k);'
  . 'CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1); CREATE TABLE p2 (a int, k int); ALTER TABLE p ATTACH PARTITION p2 FOR VALUES IN (2);'
  . 'CREATE TABLE p3 PARTITION OF p FOR VALUES IN (3) PARTITION BY LIST (a); CREATE TABLE p31 PARTITION OF p3 FOR VALUES IN (1);';
for my $actions ('', 'ON DELETE CASCADE ON UPDATE SET NULL DEFERRABLE INITIALLY DEFERRED')
{
	new_database("$tree INSERT INTO t VALUES (1); INSERT INTO p SELECT g, 1 FROM generate_series(1, 3) g");
	my ($up, $down) = scripts("$tree ALTER TABLE p ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES t $actions", 'online => true');
	my (undef, $err) = run_sql("SET client_min_messages = debug1;\n" . join '', map { "$_;\n" } statements($up));
	unlike($err, qr/^(?:ERROR|FATAL)/m, "foreign key of a partitioned table $actions: all statements run");
	is(scalar(() = $err =~ /validating foreign key constraint/g), 3, '... each partition is read once');
	is(query("SELECT string_agg(conrelid::regclass || ' ' || convalidated || ' ' || (conparentid <> 0), ', ' ORDER BY conrelid::regclass::text) "
			  . "FROM pg_constraint WHERE conname = 'f' AND confrelid = 't'::regclass"),
		'p true false, p1 true true, p2 true true, p3 true true, p31 true true', '... and there is one for each');
	like((run_sql('INSERT INTO p VALUES (3, 2)'))[1], qr/^ERROR:  23503: |^ERROR:  23514: /, '... which counts');
	run_sql(join '', map { "$_;\n" } statements($down));
	is(query("SELECT count(*) FROM pg_constraint WHERE conname = 'f'"), '0', '... and goes again');
}
new_database("$tree INSERT INTO p VALUES (2, 7)");
scripts("$tree ALTER TABLE p ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES t", 'online => true');
like((run_sql('CALL schemamig.migrate()'))[1], qr/^ERROR:  23503: .*violates foreign key constraint "f"/m, 'rows that do not fit');
run_sql('INSERT INTO t VALUES (7)');
is((run_sql('SET client_min_messages = warning; CALL schemamig.migrate()'))[1], '', '... and when they do, it goes on');
is(query("SELECT convalidated FROM pg_constraint WHERE conrelid = 'p'::regclass AND contype = 'f'"), 't', '... until the key is valid');

# ---------------------------------------------------------------------------
# Rows that are there, and rows that come

new_database($filled . 'ALTER TABLE t ADD PRIMARY KEY (id)');
my ($up) = scripts("$empty ALTER TABLE t ADD PRIMARY KEY (id); ALTER TABLE t ADD v uuid NOT NULL DEFAULT gen_random_uuid();", 'online => true');
like($up, qr/CALL schemamig\.backfill\('public\.t', 'v = gen_random_uuid\(\)', condition => 'v IS NULL'\)/, 'a volatile default is filled in');
my $file = query("SELECT pg_relation_filenode('t')");
run_sql('CALL schemamig.migrate()');
is(query('SELECT count(DISTINCT v) FROM t'), '100', 'every row has a value of its own');
is(query("SELECT pg_relation_filenode('t')"), $file, 'the table was not written anew');
is(query("SELECT attnotnull FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'v'"), 't', 'the column is NOT NULL');
is((run_sql('INSERT INTO t (id, a) VALUES (101, 101)'))[1], '', 'rows that come have a value');

# What an identity column numbers: rows that are there, those that others add
# between its statements, and those that come afterwards
new_database($filled . 'ALTER TABLE t ADD PRIMARY KEY (id); GRANT INSERT ON t TO regress_online');
($up) = scripts("$empty ALTER TABLE t ADD n bigint GENERATED ALWAYS AS IDENTITY (START 1000 INCREMENT -3 MINVALUE 1 MAXVALUE 5000); "
	  . 'ALTER TABLE t ADD PRIMARY KEY (n); GRANT INSERT ON t TO regress_online', 'online => true');
$file = query("SELECT pg_relation_filenode('t')");
my $rows = 100;
for my $step (split /^(?:-- schemamig: commit$|(CALL .*;$|CREATE UNIQUE INDEX CONCURRENTLY .*;$))/m, $up)
{
	next if !defined $step || $step !~ /\S/;
	$step = "BEGIN; $step COMMIT;" if $step !~ /^C/;
	is((run_sql("SET client_min_messages = warning; $step"))[1], '', 'a step of what numbers rows');
	$rows++;
	is((run_sql("SET ROLE regress_online; INSERT INTO t (id, a) VALUES ($rows, $rows)"))[1], '', '... behind which a row is added');
}
is(query("SELECT pg_relation_filenode('t')"), $file, 'the table was not written anew');
is(query('SELECT count(n), max(n), min(n) FROM t'), "$rows|1000|" . (1000 - 3 * ($rows - 1)), 'each row has a number, and none is left out');
like((run_sql('INSERT INTO t (id, a, n) VALUES (0, 0, 7)'))[1], qr/^ERROR:  428C9: /, 'the column is an identity');
is(query("SELECT string_agg(relname, ', ') FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace"), 't_n_seq', '... with a sequence');

# ---------------------------------------------------------------------------
# Scripts that say where to commit

new_database('CREATE TABLE t (a int); CREATE TABLE seen (what text, mode text)');
my $see = "INSERT INTO seen SELECT %s, mode FROM pg_locks WHERE relation = 't'::regclass AND pid = pg_backend_pid() AND mode = 'AccessExclusiveLock'";

sub revise
{
	my ($upgrade, $verify) = @_;
	return query('SELECT schemamig.revision(' . join(', ', "'r'", 'upgrade => ' . literal($upgrade), defined $verify ? 'verify => ' . literal($verify) : ()) . ')');
}

revise(join "\n", 'ALTER TABLE t ADD b int;', sprintf($see, "'before'") . ';', '-- schemamig: commit', sprintf($see, "'after'") . ';');
my (undef, $refused) = run_sql('SELECT * FROM schemamig.upgrade()');
like($refused, qr/^ERROR:  25001: -- schemamig: commit cannot run inside a transaction block\n/m, 'upgrade() refuses a script that wants a commit');
like($refused, qr/HINT:  CALL schemamig.migrate\(\) runs it/, '... and says what runs it');
is(query('SELECT count(*) FROM seen'), '0', '... before it runs anything');
like((run_sql("SELECT schemamig.upgrade_sql('base:head')"))[1], qr/^ERROR:  25001: /m, '... as upgrade_sql() does');
is((run_sql("SET client_min_messages = warning; CALL schemamig.migrate()"))[1], '', 'migrate() runs it');
is(query("SELECT string_agg(what, ', ') FROM seen"), 'before', 'what is behind the mark does not have the locks of what is before it');

query('TRUNCATE seen');
revise(join "\n", 'ALTER TABLE t ADD c int; -- schemamig:commit', sprintf($see, "'1'") . ';',
	'/* -- schemamig: commit', '*/ ALTER TABLE t ADD d int;', "COMMENT ON TABLE t IS '", '-- schemamig: commit', "';",
	'-- schemamig: commit later', sprintf($see, "'2'") . ';');
run_sql('CALL schemamig.migrate()');
is(query("SELECT string_agg(what, ', ') FROM seen"), '2', 'a mark may stand behind a statement, but not in a string, in a block comment, or with more words');

revise("ALTER TABLE t ADD e int;\n-- schemamig: commit\nSELECT 1 / count(*) FROM seen;");
query('TRUNCATE seen');
like((run_sql('CALL schemamig.migrate()'))[1], qr/^ERROR:  22012: .*Statements of the script that are committed: 1 of 2/ms, 'what is before the mark is committed when the rest fails');
query('INSERT INTO seen VALUES (1)');
is((run_sql("SET client_min_messages = warning; CALL schemamig.migrate()"))[1], '', '... and the next call goes on behind it');

revise('SELECT 1', "SELECT true;\n-- schemamig: commit\nSELECT true");
like((run_sql('CALL schemamig.migrate()'))[1], qr/^ERROR:  25001: -- schemamig: commit cannot be part of a verify script/m, 'not in a verify script');

# ---------------------------------------------------------------------------
# Who wants it

new_database('CREATE TABLE t (a int)');
my $indexed = literal('CREATE TABLE t (a int); CREATE INDEX i ON t (a)');
my $sql = sub { return query("SET client_min_messages = warning; $_[0]; SELECT upgrade_sql FROM schemamig.diff($indexed, exclude => '{x}'$_[1])") };
unlike($sql->('SELECT', ''), qr/CONCURRENTLY/, 'off by default');
like($sql->('SET schemamig.online = on', ''), qr/CONCURRENTLY/, 'the setting turns it on');
unlike($sql->('SET schemamig.online = on', ', online => false'), qr/CONCURRENTLY/, 'the argument counts more than the setting');
like($sql->('SELECT', ', online => true'), qr/CONCURRENTLY/, '... both ways');
like(query("SELECT upgrade_sql FROM schemamig.check($indexed, online => true)"), qr/CONCURRENTLY/, 'check() has it, too');
unlike(query("SELECT upgrade_sql FROM schemamig.diff('CREATE TABLE t (a int); CREATE TABLE u (id int PRIMARY KEY, b int UNIQUE REFERENCES u)', online => true)"),
	qr/CONCURRENTLY|NOT VALID/, 'nobody uses a new table');

done_testing();
