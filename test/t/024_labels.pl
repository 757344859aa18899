# Security labels: a provider of our own is built and loaded; what a model says
# of labels is what the database has in the end, on every kind of object that
# can have one.

use strict;
use warnings FATAL => 'all';

use Cwd ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# The provider accepts every label but "wrong".
my $dir = Cwd::abs_path(PostgreSQL::Test::Utils::tempdir);
PostgreSQL::Test::Utils::append_to_file("$dir/labels.c", <<'C');
#include "postgres.h"
#include "commands/seclabel.h"
#include "fmgr.h"

PG_MODULE_MAGIC;
void _PG_init(void);

static void
check(const ObjectAddress *object, const char *label)
{
	if (label && strcmp(label, "wrong") == 0)
		ereport(ERROR, (errmsg("this label is wrong")));
}

void
_PG_init(void)
{
	register_label_provider("one", check);
	register_label_provider("Odd \"one\"", check);
}
C
my ($include) = PostgreSQL::Test::Utils::run_command([ 'pg_config', '--includedir-server' ]);
my $cc = $ENV{CC} // 'cc';
if (system("$cc -shared -fPIC -I'$include' -o '$dir/labels.so' '$dir/labels.c' >'$dir/cc.log' 2>&1") != 0)
{
	plan skip_all => 'no provider can be built: ' . slurp_file("$dir/cc.log");
}

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = '$dir/labels.so'");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION schemamig');

my $objects = <<'SQL';
CREATE SCHEMA app;
CREATE TYPE app.mood AS ENUM ('a', 'b');
CREATE TYPE app.pair AS (x int, y int);
CREATE DOMAIN app.positive AS int CHECK (VALUE > 0);
CREATE TYPE app.span AS RANGE (SUBTYPE = int);
CREATE SEQUENCE app.seq;
CREATE TABLE app.t (id int, m app.mood);
CREATE VIEW app.v AS SELECT id FROM app.t;
CREATE MATERIALIZED VIEW app.mv AS SELECT id FROM app.t;
CREATE FUNCTION app.f(int) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;
CREATE PROCEDURE app.p() LANGUAGE sql AS $$ SELECT 1 $$;
CREATE AGGREGATE app.agg(int) (SFUNC = int4pl, STYPE = int);
SQL
my @labelled = (
	'SCHEMA app', 'TYPE app.mood', 'TYPE app.pair', 'COLUMN app.pair.x', 'DOMAIN app.positive', 'TYPE app.span',
	'SEQUENCE app.seq', 'TABLE app.t', 'COLUMN app.t.m', 'VIEW app.v', 'COLUMN app.v.id', 'MATERIALIZED VIEW app.mv',
	'FUNCTION app.f(int)', 'PROCEDURE app.p()', 'AGGREGATE app.agg(int)');

# What the model is to be, from nothing, from other labels, and back
sub labels
{
	my ($text, $provider) = @_;
	return join '', map { "SECURITY LABEL FOR $provider ON $_ IS '$text';\n" } @labelled;
}
my $found = q{SELECT string_agg(concat_ws(' ', objtype, objname, provider, label), E'\n'
	ORDER BY objtype COLLATE "C", objname COLLATE "C", provider COLLATE "C") FROM pg_seclabels};

sub reach
{
	my ($name, $model) = @_;
	$node->safe_psql('postgres', "SELECT schemamig.set_model('m', \$model\$$model\$model\$)");
	$node->safe_psql('postgres', "SELECT schemamig.autogenerate('$name')");
	my $before = $node->safe_psql('postgres', $found);
	$node->safe_psql('postgres', 'SELECT count(*) FROM schemamig.upgrade()');
	is($node->safe_psql('postgres', 'SELECT * FROM schemamig.diff()'), '', "$name: nothing differs afterwards");
	my $after = $node->safe_psql('postgres', $found);
	$node->safe_psql('postgres', "SELECT count(*) FROM schemamig.downgrade('-1')");
	is($node->safe_psql('postgres', $found), $before, "$name: the downgrade leads back");
	$node->safe_psql('postgres', 'SELECT count(*) FROM schemamig.upgrade()');
	is($node->safe_psql('postgres', $found), $after, "$name: the upgrade once more");
	return split /\n/, $after;
}

is(scalar(reach('new', $objects . labels('first', 'one'))), scalar(@labelled), 'every object has its label');
my @now = reach('changed', $objects . labels("it''s other", 'one'));
is(scalar(grep { /one it's other\z/ } @now), scalar(@labelled), 'every label has changed');
@now = reach('second provider', $objects . labels("it''s other", 'one') . labels('more', '"Odd ""one"""'));
is(scalar(@now), 2 * @labelled, 'labels of two providers');
@now = reach('one gone', $objects . labels('more', '"Odd ""one"""'));
is(scalar(grep { /Odd "one" more\z/ } @now), scalar(@labelled), 'those of one provider are gone');

# A view that is made again for the sake of a column has its labels back.
my $changed = $objects . labels('more', '"Odd ""one"""');
$changed =~ s/\(id int, m/(id bigint, m/;
@now = reach('rebuilt', $changed);
is(scalar(@now), scalar(@labelled), 'views that are created again have their labels');

is( $node->safe_psql('postgres', q{SELECT count(*) FROM schemamig.diff('CREATE SCHEMA app;', include => '{security label}')}),
	'0', 'what is not included is not compared');
reach('none', $objects =~ s/\(id int, m/(id bigint, m/r);
is($node->safe_psql('postgres', 'SELECT count(*) FROM pg_seclabels'), '0', 'no labels are left');

# Excluded labels stay.
$node->safe_psql('postgres', q{SECURITY LABEL FOR one ON TABLE app.t IS 'by hand'});
is($node->safe_psql('postgres', q{SELECT identity, change FROM schemamig.diff()}),
	'app.t|alter: security labels', 'a label that the model does not have');
is($node->safe_psql('postgres', q{SELECT * FROM schemamig.diff(exclude => '{security label}')}), '', 'excluded');

# What the provider refuses is refused in the model.
my ($rc, $out, $err) = $node->psql('postgres',
	q{SELECT * FROM schemamig.diff($$CREATE SCHEMA app; CREATE TABLE app.t (id int); SECURITY LABEL FOR one ON TABLE app.t IS 'wrong'$$)});
like($err, qr/this label is wrong/, 'the provider is asked');

done_testing();
