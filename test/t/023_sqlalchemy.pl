# A project with SQLAlchemy: its models become the model of the database, and
# SQLAlchemy works, by two drivers, on what autogenerate() has written.  The
# models of a first and a second release, and a program that uses them, are in
# test/data/sqlalchemy.

use strict;
use warnings FATAL => 'all';

use FindBin;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $directory = "$FindBin::RealBin/../data/sqlalchemy";
my $python = $ENV{SCHEMAMIG_PYTHON} || '/usr/bin/python3';
for my $module (qw(sqlalchemy greenlet psycopg2 asyncpg))
{
	system($python, '-c', "import $module") == 0
	  or die "$python has no module $module; test/tools/need python gets it\n";
}

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "timezone = 'UTC'");
$node->start;

my $ddl = slurp_file("$directory/ddl.py");
ok(index(slurp_file("$FindBin::RealBin/../../doc/sqlalchemy.md"), "```python\n$ddl```\n") > 0,
	'doc/sqlalchemy.md has ddl.py as it is');

our $database = 'shop';
sub query { return $node->safe_psql($database, $_[0]) }

# Runs an action of the client; its output
sub client
{
	my ($module, $action) = @_;
	local %ENV = (%ENV, PGHOST => $node->host, PGPORT => $node->port, PGDATABASE => $database,
		PGUSER => scalar getpwuid($<), PYTHONDONTWRITEBYTECODE => 1);
	my ($out, $err);
	IPC::Run::run([ $python, "$directory/client.py", $module, $action ], '>', \$out, '2>', \$err)
	  or die "client.py $module $action: $err";
	return $out;
}

# Statements; their output, and the errors and notices with SQLSTATEs
sub run_sql
{
	my ($sql) = @_;
	my ($rc, $out, $err) = $node->psql($database, "\\set VERBOSITY verbose\n$sql", on_error_stop => 0);
	$err =~ s/^(psql:\S+ |LOCATION: .*\n?)//mg;
	chomp $err;
	return ($out, $err);
}

# What pg_dump has about the shop; the columns of a table in no order
sub schema
{
	my ($from) = @_;
	my ($out, $err);
	IPC::Run::run([ 'pg_dump', '-s', '-n', 'shop', '-n', 'hall', '-d', $node->connstr($from || $database) ],
		'>', \$out, '2>', \$err)
	  or die $err;
	$out =~ s/^\\(un)?restrict .*\n//mg;
	$out =~ s/^(CREATE TABLE \S+ \(\n)(.*?)^(\)[^\n]*\n)/join '', $1, sorted($2), $3/mseg;
	return $out;
}

sub sorted { my ($columns) = @_; return sort map { s/,?$//r } split /^/, $columns }

# The database that SQLAlchemy makes without migrations is the judge.
sub made_by_sqlalchemy
{
	my ($module) = @_;
	local $database = "made_by_$module";
	$node->safe_psql('postgres', "CREATE DATABASE $database");
	client($module, 'create');
	return schema();
}

my $check = 'SELECT kind, identity, change FROM schemamig.check()';

# ---------------------------------------------------------------------------
# The first release, in an empty database

$node->safe_psql('postgres', "CREATE DATABASE $database");
query('CREATE EXTENSION schemamig');
client('shop1', 'model');
isnt(query($check), '', 'check() sees that nothing is there');

my $first = query("SELECT schemamig.autogenerate('first release')");
like($first, qr/^[0-9a-f]{12}$/, 'a revision is written');
is(query("SELECT to_regclass('shop.customer') IS NULL"), 't', 'and not run');
my ($out, $err) = run_sql("SELECT schemamig.autogenerate('again')");
like($err, qr/^ERROR: /, 'there is no second one while it is pending');
is(query('SELECT revision FROM schemamig.upgrade()'), $first, 'it is run');
is(query($check), '', 'check() sees no difference');
my $first_schema = made_by_sqlalchemy('shop1');
is(schema(), $first_schema, 'pg_dump sees what SQLAlchemy makes by itself');

is(client('shop1', 'sync'), <<'ROWS', 'psycopg2 writes and reads');
refused by ck_customer_email
refused by ix_shop_customer_lower_email
refused by ck_customer_balance
refused by booking_overlap
refused by fk_booking_customer_id_customer
customer 1 Ada ada@example.com 12.50 1815-12-10 [('speaks', ['en', 'fr']), ('vip', True)] ['loyal', "it's"] 192.0.2.1 True True b'\x00\xff'
category hammers []
category saws []
category tools ['hammers', 'saws']
product 100 1000 hammer 9.99 0.190 11.89 0.5 2 days, 0:00:00 True ['hammers', 'tools'] 
product 101 1010 saw 20.00 0.000 20.00 1.0 None True ['tools'] 
order 1 paid new soon [(1, 'hammer', 3), (2, 'saw', 1)] 
department sales Grace True
booking 2026-05-01 10:00:00+00:00 party
ROWS

my $first_rows = <<'ROWS';
customer 1 Ada ada@example.com 12.50 1815-12-10 [('second', False), ('speaks', ['en', 'fr']), ('vip', True)] ['loyal', "it's"] 192.0.2.1 True True b'\x00\xff'
category hammers []
category saws []
category tools ['hammers', 'saws']
product 100 1000 hammer 9.99 0.190 11.89 0.5 2 days, 0:00:00 True ['hammers', 'tools'] 
product 101 1010 saw 20.00 0.000 20.00 1.0 None True ['tools'] 
order 1 paid new soon [(1, 'hammer', 3), (2, 'saw', 1)] 
order 2 shipped None by asyncpg [] 
department sales Grace True
booking 2026-05-01 10:00:00+00:00 party
ROWS
is(client('shop1', 'async'), "${first_rows}differences []\n", 'asyncpg does too');

client('shop1', 'model');
($out, $err) = run_sql("SELECT schemamig.autogenerate('nothing') IS NULL");
is($out, 't', 'there is nothing to write then');
like($err, qr/^NOTICE: /, 'and a notice says so');
is(query('SELECT count(*) FROM schemamig.history()'), 1, 'no revision is made');

# ---------------------------------------------------------------------------
# The second release

# (That a column has got another name, the model says.)
my $renames = q({"shop.employee": "shop.person"});
client('shop2', 'model');
isnt(query($check), '', 'check() sees the differences of the second release');
($out, $err) = run_sql('SELECT count(*) FROM schemamig.check(raise => true)');
like($err, qr/^ERROR:  SM002:/, 'which can be an error');

my $oids = "SELECT 'shop.customer'::regclass::oid, 'shop.product'::regclass::oid, 'shop.department'::regclass::oid";
my $before = query($oids);
my $second = query("SELECT schemamig.autogenerate('second release', renames => '$renames', allow_data_loss => true)");
my $upgrade = query("SELECT upgrade FROM schemamig.show('$second')");
like($upgrade, qr/ALTER TABLE shop\.customer RENAME (COLUMN )?name TO full_name/, 'a column is renamed');
like($upgrade, qr/ALTER TABLE shop\.employee RENAME TO person/, 'and a table');
unlike($upgrade, qr/DROP TABLE|DROP COLUMN (?!photo|gross)/, 'and nothing is dropped but a column, and one that can be computed again');
is(query('SELECT revision FROM schemamig.upgrade()'), $second, 'it is run');
is(query($check), '', 'check() sees no difference');
is(schema(), made_by_sqlalchemy('shop2'), 'pg_dump sees what SQLAlchemy makes by itself');
is(query($oids), $before, 'the tables are the same');

is(client('shop2', 'show'), <<'ROWS', 'the rows are there');
customer 1 Ada ada@example.com 12.50 1815-12-10 [('second', False), ('speaks', ['en', 'fr']), ('vip', True)] ['loyal', "it's"] 192.0.2.1 True True None
  newsletter False language None
category hammers []
category saws []
category tools ['hammers', 'saws']
product 100 1000 hammer 9.99 0.190 11.89 0.5 2 days, 0:00:00 True ['hammers', 'tools'] 0
product 101 1010 saw 20.00 0.000 20.00 1.0 None True ['tools'] 0
order 1 paid new soon [(1, 'hammer', 3), (2, 'saw', 1)] None
order 2 shipped None by asyncpg [] None
department sales Grace True
booking 2026-05-01 10:00:00+00:00 party
ROWS

my $name = 'N' x 100;
my $email = ('n' x 90) . '@example.com';
like(client('shop2', 'sync'), qr/^refused by ck_customer_email
refused by ix_shop_customer_lower_email
refused by ck_customer_balance
refused by booking_overlap
refused by fk_booking_customer_id_customer
refused by ck_review_stars
refused by uq_review_product_id
/, 'constraints refuse what they should');
is(client('shop2', 'async'), <<"ROWS", 'new rows are written and read');
customer 1 Ada ada\@example.com 12.50 1815-12-10 [('second', True), ('speaks', ['en', 'fr']), ('vip', True)] ['loyal', "it's"] 192.0.2.1 True True None
  newsletter True language de
customer 5 $name $email 1234567890.12 None [] ['new'] None True True None
  newsletter False language None
category hammers []
category saws []
category tools ['hammers', 'saws']
category None []
product 100 1000 hammer 9.99 0.190 11.89 0.5 2 days, 0:00:00 True ['hammers', 'tools'] 1
product 101 1010 saw 20.00 0.000 20.00 1.0 None True ['tools'] 0
order 1 packed new soon [(1, 'hammer', 3), (2, 'saw', 1)] 1
order 2 shipped None by asyncpg [] None
order 3 cancelled None by asyncpg [] None
department sales Grace True
booking 2026-05-01 10:00:00+00:00 party
differences []
ROWS
client('shop2', 'model');
is(query("SELECT schemamig.autogenerate('nothing') IS NULL"), 't', 'there is nothing more to write');

# ---------------------------------------------------------------------------
# Back to the first release, and to the second again

my $second_schema = schema();
($out, $err) = run_sql("SELECT schemamig.downgrade(1)");
like($err, qr/^ERROR: /m, 'rows that the first release cannot hold stop the downgrade');
is(schema(), $second_schema, 'and nothing is changed');
query(<<'SQL');
DELETE FROM shop."order" WHERE status = 'cancelled';
UPDATE shop."order" SET status = 'paid' WHERE status = 'packed';
DELETE FROM shop.customer WHERE balance > 1000000;
DELETE FROM shop.category WHERE title IS NULL;
SQL
is(query('SELECT revision FROM schemamig.downgrade(1)'), $second, 'the second release is undone');
is(schema(), $first_schema, 'the schema is that of the first');
client('shop1', 'model');
is(query($check), '', 'check() agrees');
is(client('shop1', 'show'), $first_rows =~ s/'second', False/'second', True/r =~ s/b'.*'/None/r,
	'the rows are there, without the photo');
client('shop2', 'model');
is(query('SELECT revision FROM schemamig.upgrade()'), $second, 'the second release is back');
is(schema(), $second_schema, 'with the same schema');
is(query($check), '', 'check() agrees');

# ---------------------------------------------------------------------------
# What somebody changes by hand

query('ALTER TABLE shop.product ALTER weight TYPE real, ADD hot boolean');
like(query($check), qr/weight.*hot|hot.*weight/s, 'check() sees what was done by hand');
my $third = query("SELECT schemamig.autogenerate('put right', allow_data_loss => true)");
query('SELECT schemamig.upgrade()');
is(schema(), $second_schema, 'autogenerate() puts it right');

# ---------------------------------------------------------------------------
# A database that SQLAlchemy and Alembic have made

$database = 'made_by_shop1';
query('CREATE TABLE shop.alembic_version (version_num varchar(32) PRIMARY KEY); CREATE EXTENSION schemamig');
client('shop1', 'sync');
client('shop1', 'model');
like(query($check), qr/^table\|shop\.alembic_version\|/m, 'check() sees the table of Alembic');
my $exclude = q(exclude => '{table:shop.alembic_version}');
is(query("SELECT count(*) FROM schemamig.check($exclude)"), 0, 'unless it is excluded');
my $base = query("SELECT schemamig.baseline('as Alembic left it', schemas => '{shop,hall}', $exclude)");
is(query('SELECT revision FROM schemamig.current(check_heads => true)'), $base, 'the baseline is applied');
client('shop2', 'model');
$second = query("SELECT schemamig.autogenerate('second release', renames => '$renames', allow_data_loss => true, $exclude)");
is(query('SELECT revision FROM schemamig.upgrade()'), $second, 'the second release is run there');
is(query("SELECT count(*) FROM schemamig.check($exclude)"), 0, 'check() sees no difference');
query('DROP TABLE shop.alembic_version');
is(schema(), $second_schema, 'the schema is that of the second release');
is(query('SELECT count(*) FROM schemamig.drift()'), 0, 'drift() sees no difference');

$node->stop;
done_testing();
