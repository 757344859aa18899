# The scratch of a model: it is run for real next to the live objects, and then
# nothing is left of it, and nobody had to wait for it.

use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::RealBin;
use File::Find;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use Background;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
# few locks, so that a model of ordinary size would use them up
$node->append_conf('postgresql.conf', <<'CONF');
autovacuum = off
max_connections = 20
max_locks_per_transaction = 10
max_prepared_transactions = 0
CONF
$node->start;

sub sql
{
	my ($sql, %options) = @_;
	return $node->safe_psql('postgres', $sql, %options);
}

# What a statement fails with: SQLSTATE, message and the rest
sub failure
{
	my ($sql) = @_;
	my ($status, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\n$sql",
		on_error_stop => 1);
	return $status == 0 ? "no error: $out" : $err;
}

sub quoted
{
	my ($text) = @_;
	return "\$model\$$text\$model\$";
}

# The number of differences between a model and what is there
sub differences
{
	my ($model, $more) = @_;
	return 'SELECT count(*) FROM schemamig.diff(model => ' . quoted($model) . ($more // '') . ');';
}

sql(<<'SQL');
CREATE EXTENSION schemamig;
CREATE SCHEMA app;
CREATE TABLE app.a (id serial PRIMARY KEY, t text);
INSERT INTO app.a (t) SELECT 'x' FROM generate_series(1, 100);
CREATE TABLE public.p (a int UNIQUE);
CREATE TABLE public.fired (tag text);
CREATE SCHEMA other;
CREATE TABLE other.live (id int PRIMARY KEY);
CREATE FUNCTION public.fire() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'an event trigger has fired for %', tg_tag;
END $$;
SQL

my @extensions;
for my $extension (qw(citext hstore pgcrypto pg_trgm btree_gist))
{
	my $there = sql("SELECT 1 FROM pg_available_extensions WHERE name = '$extension'");
	next unless $there;
	sql("CREATE EXTENSION $extension SCHEMA public");
	push @extensions, $extension;
}
sql(<<'SQL');
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC;
ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO PUBLIC;
CREATE EVENT TRIGGER fire_start ON ddl_command_start EXECUTE FUNCTION public.fire();
CREATE EVENT TRIGGER fire_end ON ddl_command_end EXECUTE FUNCTION public.fire();
CREATE EVENT TRIGGER fire_drop ON sql_drop EXECUTE FUNCTION public.fire();
SQL
# Those must not be in the way of this test itself, only of models
my $no_triggers = 'SET session_replication_role = replica;';

# ---------------------------------------------------------------------------
# Nothing is left

my @catalogs = split /\n/, sql(<<'SQL');
SELECT relname FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'r'
AND relname <> 'pg_statistic' ORDER BY 1
SQL

# All rows of the catalogs with their places, and the files
sub state
{
	my %state;
	my $union = join ' UNION ALL ',
	  map { "SELECT '$_' AS name, md5(string_agg(t::text || xmin || ctid, '' ORDER BY ctid)) FROM pg_catalog.$_ t" }
	  @catalogs;
	sql('CHECKPOINT');
	$state{catalogs} = sql("SELECT * FROM ($union) s ORDER BY name");
	$state{dump} = dump_of($node);
	my @files;
	find(sub { push @files, $File::Find::name
			if -f && $File::Find::name =~ m{/\d+(\.\d+)?$} },
		$node->data_dir . '/base', $node->data_dir . '/global');
	$state{files} = join "\n", sort @files;
	return \%state;
}

sub dump_of
{
	my ($out, $err) = run_command([ 'pg_dump', '-d', $node->connstr('postgres') ]);
	$out =~ s/^\\(un)?restrict .*$//mg;
	return $out;
}

sql("$no_triggers VACUUM");
my $before = state();
sub nothing_left
{
	my ($what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $after = state();
	is($after->{$_}, $before->{$_}, "$what: $_ as before") for qw(catalogs dump files);
	return;
}

my $ordinary = <<'SQL';
CREATE TYPE app.mood AS ENUM ('a', 'b');
CREATE TABLE app.a (id serial PRIMARY KEY, t text, m app.mood, CHECK (id > 0));
CREATE TABLE app.b (id bigint GENERATED ALWAYS AS IDENTITY, a int REFERENCES app.a, UNIQUE (a));
CREATE INDEX ON app.b (a) WHERE a > 1;
CREATE VIEW app.v AS SELECT * FROM app.a JOIN app.b USING (id);
CREATE MATERIALIZED VIEW app.mv AS SELECT count(*) FROM app.a;
CREATE FUNCTION app.f() RETURNS bigint BEGIN ATOMIC SELECT count(*) FROM app.a; END;
COMMENT ON TABLE app.a IS 'a';
SQL
my $with_extensions = join '',
  map { "CREATE EXTENSION IF NOT EXISTS $_;\n" } @extensions;
$with_extensions .= <<'SQL' if grep { $_ eq 'citext' } @extensions;
CREATE TABLE public.p (c public.citext PRIMARY KEY, d public.citext DEFAULT 'x');
CREATE VIEW public.v AS SELECT c || 'x' AS x FROM public.p WHERE c = 'A';
SQL
$with_extensions .= <<'SQL' if grep { $_ eq 'pg_trgm' } @extensions;
CREATE TABLE public.trgm (t text);
CREATE INDEX ON public.trgm USING gin (t public.gin_trgm_ops);
SQL

cmp_ok(sql(differences($ordinary)), '>', 0, 'a model differs');
nothing_left('without storage');
cmp_ok(sql(differences($with_extensions, ", schemas => '{app,public}'")), '>', 0,
	'a model that uses extensions differs');
nothing_left('with extensions');
is(sql("SELECT 'A'::public.citext = 'a'::public.citext"), 't', 'an extension works afterwards')
  if grep { $_ eq 'citext' } @extensions;
cmp_ok(sql(differences($ordinary . 'CREATE TABLE app.w (t text) WITH (toast.autovacuum_enabled = false);'
		  . 'ALTER TABLE app.w SET (toast.autovacuum_enabled = true);')), '>', 0,
	'a model that needs storage differs');
nothing_left('on heap');
like(failure(differences($ordinary . 'CREATE TABLE app.w (t nosuch)')),
	qr/ERROR:  42704: type "nosuch" does not exist\n.*statement 9 of 9, line 9, column 23 of the model/s,
	'an error tells its place');
nothing_left('after an error');

my $big = join '',
  map { "CREATE TABLE app.t$_ (id int PRIMARY KEY, t text UNIQUE, p int REFERENCES app.t0);\n"
	  . "COMMENT ON TABLE app.t$_ IS 'x';\n" } 0 .. 399;
{
	# its first table has to wait for this one
	my $blocker = Background->new($node, "BEGIN; LOCK TABLE pg_catalog.pg_shdepend IN SHARE MODE; SELECT 'locked';");
	$blocker->wait_for(qr/locked/);
	like(failure("SET statement_timeout = '300ms';" . differences($big)), qr/ERROR:  57014:/, 'a model can be cancelled');
	$blocker->send('COMMIT;');
	$blocker->finish;
}
nothing_left('after a cancel');

# The lock table has room for about a thousand: locks on tables, on what belongs to
# them, and on sequences, which the server wants to keep, have to be given back
my $sequences = join '',
  map { "CREATE TABLE app.t$_ (a serial, b int GENERATED ALWAYS AS IDENTITY);\n" } 0 .. 999;
$sequences .= join '',
  map { "ALTER SEQUENCE app.t${_}_a_seq CACHE 2;\nALTER TABLE app.t$_ ALTER b SET INCREMENT 3;\n"
	  . "ALTER TABLE app.t$_ SET UNLOGGED;\n" } 0, 500, 999;
is(sql('SELECT count(*) FROM schemamig.diff(model => ' . quoted($sequences) . q() . ") WHERE kind = 'table' AND change = 'create'"),
	'1000', 'a model of many sequences does not need as many locks');
nothing_left('after many sequences');

# What the server caches of tables that a statement has made is kept as long as the
# transaction lasts, unless it is told that it need not be: 24 MB here
{
	my $model = join '',
	  map { "CREATE TABLE app.t$_ (a int PRIMARY KEY, b text NOT NULL DEFAULT '', c numeric CHECK (c > 0));\n"
		  . "CREATE INDEX ON app.t$_ (b);\nCREATE VIEW app.v$_ AS SELECT a, b FROM app.t$_;\n" } 1 .. 1000;
	my $total = q(SELECT total_bytes FROM pg_backend_memory_contexts WHERE name = 'CacheMemoryContext';);
	my (undef, $bytes) = split /\n/, sql(differences($model) . $total);
	cmp_ok($bytes, '<', 17 << 20, 'the memory for caches after a model of a thousand tables');
}

# PL/pgSQL keeps each function that it has compiled
{
	my $model = join '', map { "CREATE FUNCTION app.p$_() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN $_; END';\n" } 1 .. 20;
	my $compiled = q(SELECT count(*) FROM pg_backend_memory_contexts WHERE name = 'PL/pgSQL function';);
	my $once = differences($model) . $compiled;
	my @n = split /\n/, sql($once x 3);
	is($n[5], $n[1], 'what has been compiled for a model is not kept anew each time');
	my $bad = differences("$model CREATE FUNCTION app.bad() RETURNS int LANGUAGE plpgsql AS 'BEGIN nonsense; END'");
	my ($status, $out, $err) = $node->psql('postgres', "$bad\n$bad", on_error_stop => 0);
	is(scalar(() = $err =~ /ERROR:  syntax error/g), 2, 'an error in a body is found each time');
}

# ---------------------------------------------------------------------------
# Many tables, and what others see meanwhile

{
	my $background = Background->new($node, differences($big) . "\n\\echo done");
	my %locks;
	my $waited = '';
	until ($background->has_printed(qr/done|ERROR/))
	{
		$locks{$_} = 1 for split /\n/, sql(<<'SQL');
SELECT DISTINCT relation::regclass || ' ' || mode FROM pg_locks
WHERE locktype = 'relation' AND pid <> pg_backend_pid() AND database <> 0
AND relation >= 16384 AND mode <> 'AccessShareLock'
AND relation IN (SELECT oid FROM pg_class)
SQL
		my ($status, $out, $err) = $node->psql('postgres', <<"SQL");
$no_triggers SET lock_timeout = '1s';
BEGIN; ALTER TABLE app.a ADD COLUMN z int; INSERT INTO app.a (t) VALUES ('y');
CREATE TABLE app.new (a int); CREATE TABLE public.new (a int); ROLLBACK;
SQL
		$waited .= $err;
	}
	my ($rc, $out, $err) = $background->finish;
	like($out, qr/^\d{3,}\n/, 'many tables with few locks');
	is($err, '', 'without an error');
	is(join(', ', sort keys %locks), '', 'no strong lock on what was there before');
	is($waited, '', 'nobody has to wait');
}
{
	my @two = map { Background->new($node, differences($ordinary)) } 1, 2;
	# the one that waits may say so
	my @results = map { my ($rc, $out) = $_->finish; "$rc $out" } @two;
	like($results[0], qr/^0 \d+$/, 'two models at the same time: the one');
	is($results[1], $results[0], 'and the other');
}

# ---------------------------------------------------------------------------
# What was made by the same statements does not differ

my %shapes = (
	partitions => <<'SQL',
CREATE TABLE p (id int, d date, PRIMARY KEY (id, d)) PARTITION BY RANGE (d);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE p2 PARTITION OF p DEFAULT;
CREATE INDEX ON p (d);
CREATE TABLE p3 (id int NOT NULL, d date NOT NULL);
ALTER TABLE p ATTACH PARTITION p3 FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
CREATE TABLE q (a int, b date, FOREIGN KEY (a, b) REFERENCES p);
SQL
	inheritance => <<'SQL',
CREATE TABLE parent (a int, CONSTRAINT c CHECK (a > 0));
CREATE TABLE child (b int) INHERITS (parent);
ALTER TABLE parent ADD COLUMN z int;
SQL
	generated => <<'SQL',
CREATE TABLE g (a int, b int GENERATED ALWAYS AS (a * 2) STORED,
	c int GENERATED BY DEFAULT AS IDENTITY (START 10 INCREMENT 2), s serial);
SQL
	exclusion => <<'SQL',
CREATE TABLE e (r int4range, EXCLUDE USING gist (r WITH &&));
ALTER TABLE e ADD CONSTRAINT e2 EXCLUDE USING gist (r WITH =) WHERE (r IS NOT NULL);
CREATE TABLE u (a int, b int, CONSTRAINT u_a UNIQUE (a) INCLUDE (b) DEFERRABLE INITIALLY DEFERRED);
SQL
	views => <<'SQL',
CREATE TABLE t (a int);
CREATE MATERIALIZED VIEW m AS SELECT a, count(*) AS n FROM t GROUP BY a;
CREATE UNIQUE INDEX ON m (a);
CREATE VIEW v AS SELECT * FROM m;
CREATE RECURSIVE VIEW r (n) AS SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 9;
SQL
	triggers => <<'SQL',
CREATE TABLE t (a int, b text);
CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN new; END$$;
CREATE TRIGGER tr BEFORE INSERT OR UPDATE OF a ON t FOR EACH ROW WHEN (new.a > 0) EXECUTE FUNCTION tf();
CREATE CONSTRAINT TRIGGER ct AFTER INSERT ON t DEFERRABLE FOR EACH ROW EXECUTE FUNCTION tf();
CREATE TRIGGER st AFTER INSERT ON t REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION tf();
ALTER TABLE t DISABLE TRIGGER tr;
SQL
	functions => <<'SQL',
CREATE TABLE t (a int);
CREATE FUNCTION f(x int) RETURNS bigint BEGIN ATOMIC SELECT count(*) FROM t WHERE a = x; END;
CREATE FUNCTION g() RETURNS SETOF t LANGUAGE sql AS 'SELECT * FROM t';
CREATE PROCEDURE pr(INOUT a int) LANGUAGE plpgsql AS $$BEGIN a := a + 1; END$$;
SQL
	fk_cycle => <<'SQL',
CREATE TABLE x (id int PRIMARY KEY, y int);
CREATE TABLE y (id int PRIMARY KEY, x int REFERENCES x);
ALTER TABLE x ADD FOREIGN KEY (y) REFERENCES y DEFERRABLE;
ALTER TABLE ONLY y ADD CONSTRAINT yy FOREIGN KEY (x) REFERENCES x NOT VALID;
SQL
	types => <<'SQL',
CREATE TYPE mood AS ENUM ('a', 'b');
CREATE DOMAIN d AS int CHECK (value > 0) DEFAULT 1;
CREATE TYPE comp AS (a int, b d);
CREATE TABLE t (a d, b comp, e comp[], m mood DEFAULT 'a');
SQL
	altered => <<'SQL',
CREATE TABLE t (a int, b varchar(10), c text);
CREATE INDEX ON t (b);
ALTER TABLE t ALTER b TYPE varchar(20);
ALTER TABLE t ALTER a TYPE bigint;
ALTER TABLE t ADD COLUMN e int NOT NULL DEFAULT 5;
ALTER TABLE t ALTER b TYPE int USING b::int;
ALTER TABLE t ADD CHECK (e > 0), ALTER e SET NOT NULL;
ALTER TABLE t SET (fillfactor = 70);
ALTER TABLE t RENAME TO t9;
ALTER TABLE t9 ADD PRIMARY KEY (e);
ALTER TABLE t9 REPLICA IDENTITY USING INDEX t9_pkey;
ALTER TABLE t9 CLUSTER ON t9_pkey;
SQL
	unlogged => <<'SQL',
CREATE UNLOGGED TABLE u (a int PRIMARY KEY, b text);
CREATE TABLE l (a int PRIMARY KEY);
ALTER TABLE l SET UNLOGGED;
SQL
	policies => <<'SQL',
CREATE TABLE t (a int, o name);
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
ALTER TABLE t FORCE ROW LEVEL SECURITY;
CREATE POLICY p ON t FOR SELECT TO PUBLIC USING (o = CURRENT_USER);
REVOKE ALL ON t FROM PUBLIC;
GRANT SELECT (a) ON t TO PUBLIC;
SQL
	like_other => <<'SQL',
CREATE TABLE t (a int PRIMARY KEY, b text DEFAULT 'q', CHECK (a > 0));
CREATE INDEX ON t (b);
CREATE TABLE t2 (LIKE t INCLUDING ALL);
CREATE TABLE t3 AS SELECT * FROM t;
SQL
	using_index => <<'SQL',
CREATE TABLE t (a int NOT NULL);
CREATE UNIQUE INDEX ti ON t (a);
ALTER TABLE t ADD CONSTRAINT tc PRIMARY KEY USING INDEX ti;
CREATE TABLE h (a int) USING heap;
SET default_table_access_method = heap;
CREATE TABLE h2 (a int, UNIQUE NULLS NOT DISTINCT (a));
SQL
);
for my $shape (sort keys %shapes)
{
	my $ddl = $shapes{$shape};

	sql("$no_triggers CREATE SCHEMA s_$shape; REVOKE USAGE ON SCHEMA s_$shape FROM PUBLIC;"
		  . "SET search_path = s_$shape, public;\n$ddl;"
		  . "REVOKE SELECT ON ALL TABLES IN SCHEMA s_$shape FROM PUBLIC;"
		  . ($shape eq 'policies' ? 'GRANT SELECT (a) ON t TO PUBLIC' : ''));
	my $found = sql("SET search_path = s_$shape, public;"
		  . 'SELECT kind, identity, change FROM schemamig.diff(model => '
		  . quoted($ddl)
		  . ", schemas => '{s_$shape}');");
	is($found, '', "made by the same statements: $shape");
}

# Statements in another order than the one that works
is( sql("SET search_path = s_views, public;"
		  . 'SELECT kind, identity, change FROM schemamig.diff(model => '
		  . quoted(join ";\n", reverse split /;\n/, $shapes{views})
		  . ", schemas => '{s_views}');"),
	'', 'statements that come too early are tried again');
cmp_ok(
	sql(differences(<<'SQL')), '>', 0, 'values are added to an enum that is used before it is made');
CREATE TABLE late.t (m late.mood DEFAULT 'c');
ALTER TYPE late.mood ADD VALUE 'c';
CREATE TYPE late.mood AS ENUM ('a', 'b');
CREATE SCHEMA late;
SQL

# A dump of the whole database as its own model
{
	my ($dump) = run_command([ 'pg_dump', '-s', '-d', $node->connstr('postgres') ]);
	is(sql('SELECT kind, identity, change FROM schemamig.diff(model => ' . quoted($dump) . ');'),
		'', 'a dump is a model of what was dumped');
}

# ---------------------------------------------------------------------------
# What a model may not contain or do

my @refused = (
	[ 'INSERT INTO t VALUES (1)', '0A000', 'INSERT is not allowed in a model' ],
	[ 'SELECT 1', '0A000', 'SELECT is not allowed in a model' ],
	[ 'DO $$BEGIN END$$', '0A000', 'DO is not allowed in a model' ],
	[ 'CREATE ROLE regress_r', '0A000', 'CREATE ROLE is not allowed in a model' ],
	[ 'GRANT pg_monitor TO CURRENT_USER', '0A000', 'GRANT ROLE is not allowed in a model' ],
	[ 'CREATE DATABASE d', '0A000', 'CREATE DATABASE is not allowed in a model' ],
	[ 'ALTER SYSTEM SET work_mem = 1', '0A000', 'ALTER SYSTEM is not allowed in a model' ],
	[ "COMMENT ON LARGE OBJECT 1 IS 'x'", '0A000', 'COMMENT is not allowed in a model' ],
	[ 'ALTER SUBSCRIPTION s REFRESH PUBLICATION', '0A000', 'ALTER SUBSCRIPTION is not allowed in a model' ],
	[ 'BEGIN', '0A000', 'BEGIN is not allowed in a model' ],
	[ 'VACUUM', '0A000', 'VACUUM is not allowed in a model' ],
	[ "SELECT setval('s', 1)", '0A000', 'SELECT is not allowed in a model' ],
	[ 'CREATE TEMP TABLE t (a int)', '0A000', 'a temporary object is not allowed in a model' ],
	[ 'SET ROLE pg_monitor', '0A000', 'SET role is not allowed in a model' ],
	[ 'SET standard_conforming_strings = off', '0A000', 'SET standard_conforming_strings is not allowed' ],
	[ 'DROP EXTENSION schemamig', '0A000', 'DROP EXTENSION is not allowed in a model' ],
	[ 'CREATE TABLE schemamig.t (a int)', '0A000', 'a model cannot define objects in schema "schemamig"' ],
	[ 'CREATE TABLE pg_catalog.t (a int)', '0A000', 'a model cannot define objects in schema "pg_catalog"' ],
	[ '\d t', '42601', 'syntax error at or near "\\\\"' ],
	[ 'CREATE TABLE app.r (a int REFERENCES other.live)', '0A000', 'schema "other" is not managed by the model' ],
	[ 'CREATE INDEX ON other.live (id)', '0A000', 'schema "other" is not managed by the model' ],
	[ 'COMMENT ON TABLE other.live IS $$x$$', '0A000', 'schema "other" is not managed by the model' ],
	[ 'GRANT SELECT ON other.live TO PUBLIC', '0A000', 'schema "other" is not managed by the model' ],
	[ "CREATE FUNCTION app.f() RETURNS int LANGUAGE sql AS 'SELECT nope'", '42703', 'column "nope" does not exist' ],
);
for my $case (@refused)
{
	my ($statement, $sqlstate, $message) = @$case;
	my $failure = failure(differences("CREATE TABLE app.ok (a int);\n  $statement"));

	like($failure, qr/ERROR:  $sqlstate: $message/, "refused: $statement");
	like($failure, qr/line 2, column \d+ of the model/, 'with its place');
}
like(
	failure('SET search_path = public, other;' . differences('CREATE TABLE t (a int REFERENCES live)')),
	qr/ERROR:  0A000: the model would lock relation "other.live"/,
	'a lock on a relation of another schema is refused');
is(sql(differences("SET check_function_bodies = off;\nCREATE FUNCTION late.f() RETURNS int LANGUAGE sql AS 'SELECT nope';CREATE SCHEMA late")),
	'2', 'function bodies are not checked if the model says so');
like(failure('BEGIN READ ONLY;' . differences($ordinary)), qr/ERROR:  25006:/,
	'not in a read-only transaction');
nothing_left_but_schemas();

# The shapes have left something, so only what was there first is compared
sub nothing_left_but_schemas
{
	is(sql("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'schemamig %'"),
		'0', 'no schema is left');
	is(sql("SELECT count(*) FROM pg_authid WHERE rolname LIKE 'schemamig %'"), '0', 'no role is left');
	is(sql("SELECT count(*) FROM pg_am WHERE amname LIKE 'schemamig%'"),
		'0', 'no access method is left');
	return;
}

# ---------------------------------------------------------------------------
# An ordinary role

sql(<<"SQL");
$no_triggers
CREATE ROLE regress_joe LOGIN;
CREATE ROLE regress_boss;
GRANT USAGE ON SCHEMA schemamig TO regress_joe;
GRANT EXECUTE ON FUNCTION schemamig.diff TO regress_joe;
CREATE SCHEMA joes AUTHORIZATION regress_joe;
REVOKE USAGE ON SCHEMA joes FROM PUBLIC;
SQL
my $as_joe = 'SET SESSION AUTHORIZATION regress_joe;';
is( sql("$as_joe SELECT kind, identity, change FROM schemamig.diff(model => "
		  . quoted('CREATE TABLE joes.t (id int PRIMARY KEY)')
		  . ", schemas => '{joes}') ORDER BY 1;"),
	'table|joes.t|create', 'a role without rights runs a model');
like(failure($as_joe . differences('CREATE TABLE app.t (id int)')),
	qr/ERROR:  42501: permission denied for schema app/, 'not where it may not create');
like(failure($as_joe . differences('CREATE SCHEMA n CREATE TABLE t (a int)')),
	qr/ERROR:  42501: permission denied for database/, 'nor a schema');
like(failure($as_joe . differences('CREATE TABLE joes.t (id int); ALTER TABLE joes.t OWNER TO regress_boss')),
	qr/ERROR:  42501:/, 'nor for somebody else');
like(failure($as_joe . differences('CREATE VIEW joes.v AS SELECT * FROM other.live')),
	qr/ERROR:  42501: permission denied for schema other/, 'nor from what it may not read');
like(
	failure($as_joe . differences("CREATE FUNCTION joes.f() RETURNS int LANGUAGE c AS '\$libdir/plpgsql', 'plpgsql_call_handler'")),
	qr/ERROR:  42501: permission denied for language c/, 'nor in a language that is not trusted');
nothing_left_but_schemas();

# ---------------------------------------------------------------------------
# Revisions that are replayed

sql("$no_triggers CREATE DATABASE replay");
$node->safe_psql('replay', <<'SQL');
CREATE EXTENSION schemamig;
CREATE ROLE regress_owner;
SELECT schemamig.revision('one', rev_id => 'r1', upgrade => $$
	CREATE SCHEMA re;
	GRANT ALL ON SCHEMA re TO regress_owner;
	CREATE TYPE re.mood AS ENUM ('a');
	CREATE TABLE re.t (id int PRIMARY KEY, m re.mood);
	INSERT INTO re.t VALUES (1, 'a');
	CREATE TABLE re.copy AS SELECT * FROM re.t;$$);
SELECT schemamig.revision('two', rev_id => 'r2', upgrade => $$ALTER TYPE re.mood ADD VALUE 'b'$$);
SELECT schemamig.revision('three', rev_id => 'r3', upgrade => $$
	UPDATE re.t SET m = 'b';
	ALTER TABLE re.t ALTER m SET DEFAULT 'b';
	DO 'BEGIN IF (SELECT count(*) FROM re.copy) <> 1 THEN RAISE ''not replayed''; END IF; END';
	CREATE INDEX CONCURRENTLY t_m ON re.t (m);
	VACUUM re.t;
	SET ROLE regress_owner;
	CREATE TABLE re.owned (a int);
	RESET ROLE;
	CREATE TABLE re.not_owned (a int);
	ALTER DATABASE replay SET work_mem = '8MB';$$);
CALL schemamig.migrate();
SQL
is($node->safe_psql('replay', q(SELECT kind, identity, change FROM schemamig.drift())),
	'', 'what revisions have made does not differ from their replay');
$node->safe_psql('replay', 'ALTER TABLE re.t ADD COLUMN z int');
is($node->safe_psql('replay', q(SELECT kind, identity, change FROM schemamig.drift())),
	'column|re.t.z|drop', 'what was changed beside them does');

# ---------------------------------------------------------------------------
# PostGIS, which looks up its own schema, and remembers it for the session

SKIP:
{
	skip 'PostGIS is not there', 4
	  unless sql("SELECT 1 FROM pg_available_extensions WHERE name = 'postgis'");
	# it has so many functions that the server itself needs more locks
	$node->adjust_conf('postgresql.conf', 'max_locks_per_transaction', '64');
	$node->stop;
	$node->start;
	sql("$no_triggers CREATE DATABASE gis");
	my $gis = sub {
		my ($sql) = @_;
		return $node->safe_psql('gis', $sql);
	};
	my $transformed = "SELECT ST_AsText(ST_SnapToGrid(ST_Transform('SRID=4326;POINT(1 1)'::geometry, 3857), 1))";
	my $places = <<'SQL';
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE TABLE places (id int PRIMARY KEY, g geometry(Point, 4326), a geography);
CREATE INDEX ON places USING gist (g);
SQL
	$gis->("CREATE EXTENSION schemamig; $places INSERT INTO places VALUES (1, ST_SetSRID(ST_MakePoint(1, 1), 4326));");
	my $model = quoted($places . <<'SQL');
ALTER TABLE places ADD h geometry(Polygon, 3857);
CREATE INDEX places_h ON places USING gist (h);
CREATE VIEW v AS SELECT id, ST_Transform(g, 3857) AS t FROM places;
-- runs a function of it in the scratch
CREATE TABLE part (srid int) PARTITION BY LIST (srid);
CREATE TABLE part1 PARTITION OF part FOR VALUES IN (ST_SRID(ST_Transform('SRID=4326;POINT(1 1)'::geometry, 3857)));
SQL
	is($gis->("SELECT string_agg(kind || ' ' || identity, ', ' ORDER BY identity) FROM schemamig.diff(model => $model); $transformed"),
		"table public.part, table public.part1, column public.places.h, index public.places_h, view public.v\n"
		  . 'POINT(111319 111325)',
		'PostGIS works while a model runs, and afterwards in the same session');
	is($gis->("$transformed; SELECT count(*) FROM schemamig.diff(model => $model); $transformed"),
		"POINT(111319 111325)\n5\nPOINT(111319 111325)", 'also if it was used before');
	$gis->("SELECT schemamig.autogenerate('gis', model => $model)");
	is($gis->("SELECT direction FROM schemamig.upgrade('head'); SELECT count(*) FROM schemamig.diff(model => $model)"),
		"upgrade\n0", 'columns of its types are made');
	is($gis->("SELECT direction FROM schemamig.downgrade('base'); SELECT ST_AsText(g) FROM places"),
		"downgrade\nPOINT(1 1)", 'and dropped, and the rows are left');
}

$node->stop;
done_testing();
