# What only reads works in a read-only transaction and on a hot standby; what
# changes something is refused there by name, before it does anything.

use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use Background;

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 1);
$primary->start;
$primary->backup('backup');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'backup', has_streaming => 1);
$standby->start;

sub catch_up
{
	$primary->wait_for_catchup($standby, 'replay', $primary->lsn('insert'));
	return;
}

$primary->safe_psql('postgres', <<'SQL');
SET client_min_messages = warning;
CREATE ROLE reader;
CREATE EXTENSION schemamig;
GRANT USAGE ON SCHEMA schemamig TO reader;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA schemamig TO reader;
GRANT SELECT ON ALL TABLES IN SCHEMA schemamig TO reader;
CREATE TABLE log (what jsonb);
CREATE FUNCTION note(jsonb) RETURNS void LANGUAGE sql AS 'INSERT INTO public.log VALUES ($1)';
CREATE FUNCTION another(jsonb) RETURNS void LANGUAGE sql AS '';
SELECT schemamig.register_hook('after_step', 'note(jsonb)');
SELECT schemamig.revision('tables', 'CREATE TABLE t1 (i int)', 'DROP TABLE t1', 'SELECT count(*) = 0 FROM t1', rev_id => 'a1');
SELECT schemamig.revision('left', 'CREATE TABLE t2 (i int)', 'DROP TABLE t2', rev_id => 'l1', branch_labels => '{links}');
SELECT schemamig.revision('right', 'CREATE TABLE t3 (i int)', 'DROP TABLE t3', rev_id => 'r1', head => '{a1}', splice => true);
SELECT schemamig.merge(rev_id => 'm1');
SELECT schemamig.squash('base', 'm1', 'all before', rev_id => 'sq');
SELECT schemamig.revision('last', 'INSERT INTO t1 VALUES (:''number'')', 'DELETE FROM t1', rev_id => 'z1');
CREATE SCHEMA shop;
SELECT schemamig.upgrade('l1');
SELECT schemamig.upgrade('a1', tenant => 'shop');
SQL
catch_up();

# All functions, by what the catalogs say of them: none may be forgotten here
my @reading = (
	'current', 'heads', 'branches', 'history', 'show', 'squashes', 'pending', 'plan', 'graph',
	'upgrade_sql', 'downgrade_sql', 'export_script', 'export', 'validate', 'session_activity', 'cancel', 'run_interrupted');
my @changing = (
	'revision', 'merge', 'edit', 'drop_revision', 'approve', 'upgrade', 'downgrade', 'stamp',
	'register_hook', 'unregister_hook', 'rename_tenant', 'drop_tenant', 'start',
	'repeatable', 'drop_repeatable', 'squash', 'drop_squash', 'import_script', 'import_scripts', 'load', 'adopt', 'set_model', 'drop_model', 'diff', 'check', 'drift', 'autogenerate', 'baseline');
my @reading_procedures = ('wait');
my @changing_procedures = ('migrate', 'backfill');
is($primary->safe_psql('postgres', q(SELECT string_agg(DISTINCT proname, ' ' ORDER BY proname) FROM pg_proc
	WHERE pronamespace = 'schemamig'::regnamespace)), join(' ', sort(@reading, @changing, @reading_procedures, @changing_procedures)), 'all functions are known here');

my @reads = (
	q(SELECT * FROM schemamig.current()),
	q(SELECT * FROM schemamig.current(tenant => 'shop')),
	q(SELECT * FROM schemamig.heads()),
	q(SELECT * FROM schemamig.branches()),
	q(SELECT * FROM schemamig.history()),
	q(SELECT * FROM schemamig.history('a1:current')),
	q(SELECT * FROM schemamig.show('heads')),
	q(SELECT * FROM schemamig.squashes()),
	q(SELECT * FROM schemamig.show('sq')),
	q(SELECT schemamig.export_script('sq')),
	q(SELECT schemamig.upgrade_sql('base:m1')),
	q(SELECT * FROM schemamig.show('a1', tenant => 'shop')),
	q(SELECT * FROM schemamig.pending()),
	q(SELECT * FROM schemamig.pending('heads', tenant => 'shop')),
	q(SELECT * FROM schemamig.plan()),
	q(SELECT * FROM schemamig.plan(ARRAY['l1', 'r1'])),
	q(SELECT * FROM schemamig.plan('base', command => 'downgrade')),
	q(SELECT * FROM schemamig.graph()),
	q(SELECT * FROM schemamig.graph('mermaid')),
	q(SELECT * FROM schemamig.graph('dot', tenant => 'shop')),
	q(SELECT schemamig.upgrade_sql('heads')),
	q(SELECT schemamig.upgrade_sql('current:heads', '{"number": 1}')),
	q(SELECT schemamig.downgrade_sql('current:base')),
	q(SELECT schemamig.export_script('a1')),
	q(SELECT * FROM schemamig.validate()),
	q(SELECT * FROM schemamig.session_activity()),
	q(SELECT schemamig.cancel(1)),
	q(SELECT schemamig.run_interrupted(0)),
	q(SELECT * FROM schemamig.runs),
	q(SELECT * FROM schemamig.version),
	q(SELECT * FROM schemamig.tenants),
	q(SELECT * FROM schemamig.progress),
	q(SELECT * FROM schemamig.run),
	q(SELECT * FROM schemamig.run_step),
	q(SELECT * FROM schemamig.revision),
	q(SELECT * FROM schemamig.squash));

my %changes = (
	'revision' => [ q(SELECT schemamig.revision('new', 'SELECT 1')), q(SELECT schemamig.revision('new', 'no SQL at all')) ],
	'merge' => [ q(SELECT schemamig.merge()) ],
	'edit' => [ q(SELECT schemamig.edit('z1', message => 'x')), q(SELECT schemamig.edit('nowhere')) ],
	'drop_revision' => [ q(SELECT schemamig.drop_revision('z1')) ],
	'approve' => [ q(SELECT schemamig.approve('z1')), q(SELECT schemamig.approve(ARRAY['z1', 'm1'])) ],
	'upgrade' => [
		q(SELECT schemamig.upgrade()), q(SELECT schemamig.upgrade('l1')), q(SELECT schemamig.upgrade(ARRAY['r1'])),
		q(SELECT schemamig.upgrade('l1', tenant => 'shop')), q(SELECT schemamig.upgrade('nowhere')) ],
	'downgrade' => [
		q(SELECT schemamig.downgrade('base')), q(SELECT schemamig.downgrade(1)), q(SELECT schemamig.downgrade(ARRAY['a1'])),
		q(SELECT schemamig.downgrade('base', tenant => 'shop')) ],
	'stamp' => [ q(SELECT schemamig.stamp('head')), q(SELECT schemamig.stamp(ARRAY['l1', 'r1'])), q(SELECT schemamig.stamp('base', tenant => 'shop')) ],
	'register_hook' => [ q(SELECT schemamig.register_hook('after_run', 'another(jsonb)')) ],
	'unregister_hook' => [ q(SELECT schemamig.unregister_hook('after_step', 'public.note')), q(SELECT schemamig.unregister_hook('after_step', 'nothing')) ],
	'rename_tenant' => [ q(SELECT schemamig.rename_tenant('shop', 'other')) ],
	'drop_tenant' => [ q(SELECT schemamig.drop_tenant('shop')) ],
	'repeatable' => [ q(SELECT schemamig.repeatable('v', 'SELECT 1')) ],
	'squash' => [ q(SELECT schemamig.squash('base', 'm1', 'new')), q(SELECT schemamig.squash('no', 'where', 'new')) ],
	'drop_squash' => [ q(SELECT schemamig.drop_squash('sq')), q(SELECT schemamig.drop_squash('no')) ],
	'drop_repeatable' => [ q(SELECT schemamig.drop_repeatable('v')) ],
	'import_script' => [ q(SELECT schemamig.import_script('-- revision: x')), q(SELECT schemamig.import_script('no format')) ],
	'import_scripts' => [ q(SELECT schemamig.import_scripts('{-- revision: x}', '{x.sql}')) ],
	'load' => [ q(SELECT schemamig.load('/nowhere')) ],
	'adopt' => [ q(SELECT schemamig.adopt()) ],
	'set_model' => [ q(SELECT schemamig.set_model('shop', 'CREATE TABLE m (i int)')) ],
	'drop_model' => [ q(SELECT schemamig.drop_model('shop')) ],
	'diff' => [ q(SELECT schemamig.diff('CREATE TABLE m (i int)')) ],
	'check' => [ q(SELECT schemamig.check('CREATE TABLE m (i int)')) ],
	'drift' => [ q(SELECT schemamig.drift()) ],
	'autogenerate' => [ q(SELECT schemamig.autogenerate('new', 'CREATE TABLE m (i int)')) ],
	'baseline' => [ q(SELECT schemamig.baseline('new')) ],
	'start' => [ q(SELECT schemamig.start()), q(SELECT schemamig.start('base', 'downgrade')), q(SELECT schemamig.start('nowhere')) ]);
my %procedure_calls = (
	'wait' => q(CALL schemamig.wait(1)),
	'migrate' => q(CALL schemamig.migrate()),
	'backfill' => q(CALL schemamig.backfill('log', 'what = NULL')));

my $state_sql = join ';', map { "SELECT '$_', t::text FROM schemamig.$_ AS t ORDER BY 2" }
  qw(revision revision_edge applied tenant run run_step hook);
my $state = $primary->safe_psql('postgres', $state_sql);

# ---------------------------------------------------------------------------
# The same answers everywhere, as a superuser and as an ordinary role

my %expected = map { $_ => $primary->safe_psql('postgres', $_) } @reads;
isnt($expected{$reads[0]}, '', 'there is something to read');

my %places = (
	'a read-only transaction' => [ $primary, 'START TRANSACTION READ ONLY;' ],
	'a read-only serializable transaction' => [ $primary, 'START TRANSACTION ISOLATION LEVEL SERIALIZABLE READ ONLY;' ],
	'a session that is read-only' => [ $primary, 'SET default_transaction_read_only = on;' ],
	'a standby' => [ $standby, '' ],
	'a transaction on a standby' => [ $standby, 'START TRANSACTION ISOLATION LEVEL REPEATABLE READ;' ]);

for my $place (sort keys %places)
{
	my ($node, $begin) = @{ $places{$place} };
	for my $role ('', 'SET ROLE reader;')
	{
		my $as = $role ? ' as another role' : '';
		my @wrong;
		for my $sql (@reads)
		{
			my ($rc, $out, $err) = $node->psql('postgres', "$role $begin $sql");
			push @wrong, "$sql: $err" if $rc || $err || $out ne $expected{$sql};
		}
		is_deeply(\@wrong, [], "reading in $place$as");
	}

	for my $function (@changing)
	{
		for my $sql (@{ $changes{$function} })
		{
			my ($rc, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\n$begin $sql");
			like($err, qr/ERROR:  25006: cannot execute schemamig\.$function\(\) in a read-only transaction/,
				"$place: $sql");
		}
	}

	# no procedure runs in a transaction block
	for my $procedure (@reading_procedures, @changing_procedures)
	{
		my ($rc, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\n$begin $procedure_calls{$procedure}");
		if ($begin =~ /START TRANSACTION/)
		{
			like($err, qr/ERROR:  25001: /, "$place: $procedure_calls{$procedure}");
		}
		elsif (grep { $_ eq $procedure } @changing_procedures)
		{
			like($err, qr/ERROR:  25006: cannot execute schemamig\.$procedure\(\) in a read-only transaction/,
				"$place: $procedure_calls{$procedure}");
		}
		else
		{
			is("$rc $err", '0 ', "$place: $procedure_calls{$procedure}");
		}
	}
}
is($primary->safe_psql('postgres', $state_sql), $state, 'nothing was changed');
is($standby->safe_psql('postgres', $state_sql), $state, 'nor on the standby');

# a transaction that has become read-only, and one that may write again
{
	my ($rc, $out, $err) = $primary->psql('postgres', <<'SQL');
\set ON_ERROR_STOP 0
\set VERBOSITY sqlstate
SET client_min_messages = warning;
BEGIN;
SELECT count(*) FROM schemamig.upgrade('m1');
SET TRANSACTION READ ONLY;
SELECT revision FROM schemamig.current();
SAVEPOINT s;
SELECT schemamig.upgrade('z1', variables => '{"number": 1}');
ROLLBACK TO s;
SELECT revision FROM schemamig.pending();
ROLLBACK;
SQL
	is($out, "2\nm1\nz1", 'a transaction that becomes read-only after a run still reads');
	like($err, qr/ERROR:  25006$/, 'and is refused what changes something');
}

# current(check_heads) has its own error there too
{
	my ($rc, $out, $err) = $standby->psql('postgres', "\\set VERBOSITY sqlstate\nSELECT schemamig.current(check_heads => true)");
	like($err, qr/ERROR:  SM001$/, 'a standby tells that it is not at the heads');
}

# ---------------------------------------------------------------------------
# What the primary does can be seen on the standby

# one that reads on does not see it
my $reader = Background->new($standby,
	"BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 'first', revision FROM schemamig.current();");
$reader->wait_for(qr/first\|l1\n/);
$primary->safe_psql('postgres', q(SET client_min_messages = warning; SELECT schemamig.upgrade('m1')));
catch_up();
is($standby->safe_psql('postgres', 'SELECT revision FROM schemamig.current()'), 'm1', 'a run comes to the standby');
is($standby->safe_psql('postgres', 'SELECT count(*) FROM schemamig.validate()'), 0, 'whole');
is($standby->safe_psql('postgres', 'SELECT (SELECT count(*) FROM t2), (SELECT count(*) FROM t3)'), '0|0', 'with its tables');
my ($rc, $out, $err) = $reader->finish;
is("$rc $err", '0 ', 'who was reading there is not disturbed');

# Whether a run of the primary is alive is not known here
$primary->safe_psql('postgres', q(INSERT INTO schemamig.run (run, tenant, command, role, session_role, pid, status, started_at)
	VALUES (1000, '', 'migrate', 'x', 'x', 1, 'running', now())));
catch_up();
is($primary->safe_psql('postgres', 'SELECT state, alive FROM schemamig.runs WHERE run = 1000'), 'interrupted|f', 'a run that was interrupted');
is($standby->safe_psql('postgres', 'SELECT state, alive, pid FROM schemamig.runs WHERE run = 1000'), 'running||', 'is not known to be, on the standby');
is($standby->safe_psql('postgres', 'SELECT schemamig.cancel(1000)'), 'f', 'nor can it be cancelled there');
{
	my ($rc, $out, $err) = $standby->psql('postgres', "\\set VERBOSITY sqlstate\nSET statement_timeout = '100ms'; CALL schemamig.wait(1000)");
	like($err, qr/ERROR:  57014$/, 'but waited for');
}
$primary->safe_psql('postgres', 'DELETE FROM schemamig.run WHERE run = 1000');

# What a run on the primary holds is not taken for a run of the standby
$primary->safe_psql('postgres', 'CREATE TABLE gate (i int)');
$primary->safe_psql('postgres', q(SET client_min_messages = warning;
	SELECT schemamig.edit('z1', upgrade => 'LOCK TABLE gate; ALTER TABLE t1 ADD z int; INSERT INTO t1 VALUES (:''number'')')));
my $holder = Background->new($primary, "BEGIN; LOCK TABLE gate; SELECT 'locked';");
$holder->wait_for(qr/locked/);
my $run = Background->new($primary, q(SET schemamig.lock_timeout = 0; SET client_min_messages = warning;
	SELECT count(*) FROM schemamig.upgrade('head', variables => '{"number": 1}');));
$primary->poll_query_until('postgres', "SELECT EXISTS (SELECT FROM schemamig.progress WHERE revision = 'z1' AND statement = 1)")
  or die 'the run does not begin';
catch_up();
is($standby->safe_psql('postgres', 'SELECT count(*) FROM schemamig.progress'), 0, 'a run of the primary is none of the standby');
is($standby->safe_psql('postgres', 'SELECT revision FROM schemamig.pending()'), 'z1', 'what is not committed is pending there');

# ---------------------------------------------------------------------------
# The primary goes down in the middle of that run, and the standby goes on

$primary->stop('immediate');
$holder->finish;
$run->finish;
is($standby->safe_psql('postgres', 'SELECT revision FROM schemamig.current()'), 'm1', 'without the primary the standby still answers');
$standby->promote;
is($standby->safe_psql('postgres', 'SELECT pg_is_in_recovery()'), 'f', 'the standby is promoted');
is($standby->safe_psql('postgres', 'SELECT count(*) FROM schemamig.validate()'), 0, 'nothing is wrong there');
is($standby->safe_psql('postgres', q(SET client_min_messages = warning;
	SELECT revision FROM schemamig.upgrade('head', variables => '{"number": 1}'))),
	'z1', 'and the upgrade goes on');
is($standby->safe_psql('postgres', 'SELECT * FROM t1'), '1|', 'with the script of before');
is($standby->safe_psql('postgres', q(SET client_min_messages = warning; SELECT schemamig.revision('after', 'CREATE TABLE t4 (i int)', 'DROP TABLE t4', rev_id => 'zz');
	SELECT revision FROM schemamig.upgrade())), "zz\nzz", 'a new revision can be written and run');
is($standby->safe_psql('postgres', q(SET client_min_messages = warning; SELECT count(*) FROM schemamig.downgrade('base'))), 3,
	'down to base, four revisions in one step');
is($standby->safe_psql('postgres', q(SELECT count(*) FROM pg_class WHERE relname ~ '^t\d$' AND relnamespace = 'public'::regnamespace)), 0, 'nothing is left');
is($standby->safe_psql('postgres', 'SELECT count(*) FROM schemamig.validate()'), 0, 'and nothing is wrong in the end');

$standby->stop;
done_testing();
