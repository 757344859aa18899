# The example application (test/data/tasks): every revision up and down, the
# schema and the rows compared; and the demo, from its first to its last line.

use strict;
use warnings FATAL => 'all';

use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $tasks = "$FindBin::RealBin/../data/tasks";

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "timezone = 'UTC'");
$node->start;

# All that there is in schema public, as text that names no OID
my $listing_sql = <<'SQL';
SELECT string_agg(item, E'\n' ORDER BY item COLLATE "C") FROM (
SELECT format('relation %s %s %s', relkind, relname, relacl)
FROM pg_class WHERE relnamespace = 'public'::regnamespace
UNION ALL
SELECT format('column %s.%s %s %s %s %s %s', attrelid::regclass, attname,
	format_type(atttypid, atttypmod), attnotnull, attidentity,
	attcollation::regcollation, pg_get_expr(adbin, adrelid))
FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
UNION ALL
SELECT format('constraint %s %s %s %s', conrelid::regclass, conname, convalidated,
	pg_get_constraintdef(oid))
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL
SELECT format('index %s', pg_get_indexdef(indexrelid))
FROM pg_index JOIN pg_class c ON c.oid = indexrelid
WHERE relnamespace = 'public'::regnamespace
UNION ALL
SELECT format('view %s %s', oid::regclass, pg_get_viewdef(oid))
FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'v'
UNION ALL
SELECT format('trigger %s', pg_get_triggerdef(t.oid))
FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid
WHERE relnamespace = 'public'::regnamespace AND NOT tgisinternal
UNION ALL
SELECT format('function %s', pg_get_functiondef(oid))
FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION ALL
SELECT format('type %s %s', typname, typtype)
FROM pg_type WHERE typnamespace = 'public'::regnamespace
UNION ALL
SELECT format('comment on %s: %s', pg_describe_object(classoid, objoid, objsubid), description)
FROM pg_description
WHERE objoid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
) AS listing(item)
SQL

sub query { return $node->safe_psql('tasks', $_[0]) }
sub listing { return query($listing_sql) }
sub rows { return query('SELECT * FROM tasks ORDER BY id') }

sub file_ok
{
	my ($file, $name) = @_;
	command_ok(
		[ 'psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('tasks'), '-f', $file ],
		$name);
	return;
}

my $variables = q('{"support_email": "help@example.com"}');

sub upgrade
{
	return query("SELECT count(*) FROM schemamig.upgrade('$_[0]', variables => $variables)");
}

sub downgrade
{
	return query("SELECT count(*) FROM schemamig.downgrade('$_[0]')");
}

# the same with a transaction for each revision
sub migrate
{
	my ($target, $direction) = @_;
	query("CALL schemamig.migrate('$target', '$direction', variables => $variables)");
	return query('SELECT steps FROM schemamig.run ORDER BY run DESC LIMIT 1');
}

# a call that must fail, with what is to be in its error
sub fails_like
{
	my ($sql, $pattern, $name) = @_;
	my ($rc, $stdout, $stderr) =
	  $node->psql('tasks', $sql, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	is($rc, 3, $name);
	like($stderr, $pattern, "$name: the error says why");
	return;
}

$node->safe_psql('postgres', 'CREATE DATABASE tasks');
query('CREATE EXTENSION schemamig');
file_ok("$tasks/load.sql", 'the revisions load');
is(query('SELECT count(*) FROM schemamig.validate()'), 0, 'nothing is wrong with them');

# ---------------------------------------------------------------------------
# One revision at a time: up, down by one and up again must lead to the same
# schema each time, and so must the way down from the head.  The last revision
# is not for upgrade().

my @revisions = split /\n/, query('SELECT revision FROM schemamig.plan()');
is(scalar @revisions, 13, 'thirteen revisions are pending');
my $last = pop @revisions;
my $empty = listing();
my $in_transaction =
  qr/ERROR:  25001: (CREATE|DROP) INDEX CONCURRENTLY cannot run inside a transaction block.*^HINT:  CALL schemamig\.migrate\(\) runs it/ms;

# where a downgrade has to go so that it undoes this revision and no other
sub below
{
	my ($revision) = @_;
	my @down = split /,/,
	  query("SELECT array_to_string(down_revisions, ',') FROM schemamig.show('$revision')");
	return 'base' if @down == 0;
	return $down[0] if @down > 1;
	return "$revision\@$down[0]";
}

my @before;
for my $revision (@revisions)
{
	push @before, listing();
	is(upgrade($revision), 1, "$revision goes up alone");
	my $after = listing();
	is(downgrade(below($revision)), 1, "$revision goes down alone");
	is(listing(), $before[-1], "$revision leaves nothing behind");
	is(upgrade($revision), 1, "$revision goes up again");
	is(listing(), $after, "$revision makes the same schema again");
}
is(query("SELECT value FROM settings WHERE name = 'support_email'"),
	'help@example.com', 'the variable has its value');

push @before, listing();
fails_like("SELECT schemamig.upgrade(variables => $variables)", $in_transaction,
	'upgrade() refuses an index CONCURRENTLY');
is(listing(), $before[-1], 'and has done nothing');
is(migrate($last, 'upgrade'), 1, 'migrate() builds it');
my $head = listing();
like($head, qr/^index CREATE INDEX tasks_created_at_idx /m, 'it is there');
fails_like("SELECT schemamig.downgrade('base')", $in_transaction,
	'downgrade() refuses to drop it CONCURRENTLY');
is(migrate('-1', 'downgrade'), 1, 'migrate() drops it');
is(listing(), $before[-1], "$last leaves nothing behind");
is(migrate('head', 'upgrade'), 1, 'and builds it again');
is(listing(), $head, 'the schema at the head is the same again');

for my $revision ($last, reverse @revisions)
{
	my $moved = $revision eq $last ? migrate(below($revision), 'downgrade') : downgrade(below($revision));
	is($moved, 1, "$revision goes down from the head");
	is(listing(), pop @before, "the schema is what it was before $revision");
}
is(listing(), $empty, 'down at base nothing is left');

# ---------------------------------------------------------------------------
# With rows: what is converted comes back as it was

is(upgrade('+2'), 2, 'two revisions up');
file_ok("$tasks/seed.sql", 'the rows load');
my $old = rows();
is($old, <<'ROWS' =~ s/\n\z//r, 'rows before the conversion');
1|1|write the release notes|2|t|2026-03-02 09:00:00+00
2|1|answer last week's mail|1|f|2026-03-03 10:30:00+00
3|2|backups fail on the standby|4|f|2026-03-04 07:15:00+00
4|2|normalize the address table|3|f|2026-03-04 16:45:00+00
ROWS

is(migrate('head', 'upgrade'), 11, 'eleven revisions up');
is(listing(), $head, 'each in a transaction of its own, they make the same schema');
my $new = rows();
is($new, <<'ROWS' =~ s/\n\z//r, 'rows after the conversion');
1|1|write the release notes|normal|t|2026-03-02 09:00:00+00|2026-03-02 09:00:00+00
2|1|answer last week's mail|low|f|2026-03-03 10:30:00+00|2026-03-03 10:30:00+00
3|2|backups fail on the standby|urgent|f|2026-03-04 07:15:00+00|2026-03-04 07:15:00+00
4|2|normalize the address table|high|f|2026-03-04 16:45:00+00|2026-03-04 16:45:00+00
ROWS
is(query('SELECT * FROM open_tasks'), <<'ROWS' =~ s/\n\z//r, 'both branches are there');
3|Edgar|backups fail on the standby|urgent|{bug}
4|Edgar|normalize the address table|high|{}
2|Ada|answer last week's mail|low|{}
ROWS

is(migrate('b81d4e6029fa', 'downgrade'), 11, 'eleven revisions down');
is(rows(), $old, 'the rows are what they were');
is(upgrade('a03f72c6e8b1'), 10, 'ten up again, in one transaction');
is(rows(), $new, 'the rows are converted as before');

# a row written at the head, all by its defaults, goes down too
query("INSERT INTO tasks (assignee_id, title) VALUES (2, 'new')");
is(query("SELECT priority, updated_at IS NOT NULL FROM tasks WHERE title = 'new'"),
	'normal|t', 'defaults at the head');
is(downgrade('b81d4e6029fa'), 10, 'down with a new row');
is(query("SELECT user_id, priority, done FROM tasks WHERE title = 'new'"),
	'2|2|f', 'the new row is converted');

# a value that the conversion does not know fails, and nothing is changed
query('ALTER TABLE tasks DROP CONSTRAINT tasks_priority_check');
query('ALTER TABLE tasks ADD CONSTRAINT tasks_priority_check CHECK (priority BETWEEN 1 AND 9)');
query("UPDATE tasks SET priority = 9 WHERE title = 'new'");
fails_like("SELECT schemamig.upgrade('27c9')", qr/ERROR:  23502:.*"priority"/,
	'an unknown priority is not converted');
is(query("SELECT priority FROM tasks WHERE title = 'new'"), 9, 'and is left as it was');

is(downgrade('base'), 2, 'down to base');
is(listing(), $empty, 'nothing is left');
is(query('SELECT count(*) FROM schemamig.validate()'), 0, 'nothing is wrong in the end');
is(query("SELECT string_agg(DISTINCT status, ',') FROM schemamig.run"), 'done', 'all runs are done');

# ---------------------------------------------------------------------------
# The demo

{
	$node->safe_psql('postgres', 'CREATE DATABASE demo');
	local $ENV{PGHOST} = $node->host;
	local $ENV{PGPORT} = $node->port;
	local $ENV{PGDATABASE} = 'demo';
	local $ENV{SCHEMAMIG_TMP} = PostgreSQL::Test::Utils::tempdir();
	my ($out, $err) = run_command([ "$FindBin::RealBin/../demo" ]);
	is($err, '', 'the demo has nothing to complain about');
	is_deeply([ $out =~ /^((?:ERROR|FATAL|WARNING|psql:).*)$/mg ], [
			'ERROR:  variable "support_email" is not defined',
			'ERROR:  CREATE INDEX CONCURRENTLY cannot run inside a transaction block',
			'ERROR:  column "prority" does not exist',
			'ERROR:  could not create unique index "labels_name_idx"'
		], 'its only errors are those it means to show');
	like($out, qr/^-- The schema.*^ +version_num .*^ 7ad05e9c3f12 \| labels\n*\z/ms,
		'it gets to its end');
	is_deeply([ glob "$ENV{SCHEMAMIG_TMP}/*" ], [], 'it leaves no file');
	is($node->safe_psql('postgres', "SELECT count(*) FROM pg_database WHERE datname = 'elsewhere'"),
		0, 'it leaves no database');
}

$node->stop;
done_testing();
