# Alembic and schemamig, side by side on one database: each one sees where the
# other has left it, and goes on from there.

use strict;
use warnings FATAL => 'all';

use FindBin;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $data = "$FindBin::RealBin/../data/formats/alembic";
system('command -v alembic >/dev/null') == 0 or die "there is no alembic; test/tools/need formats gets it\n";

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;
my $user = getpwuid($<);

# Runs alembic on a database; what it prints
sub alembic
{
	my ($database, @arguments) = @_;
	local %ENV = (%ENV, PYTHONDONTWRITEBYTECODE => 1);
	my ($out, $err);
	my $url = "postgresql://$user@/$database?host=" . $node->host . '&port=' . $node->port;
	IPC::Run::run([ 'alembic', '-c', "$data/alembic.ini", '-x', "url=$url", @arguments ], '>', \$out, '2>', \$err)
	  or die "alembic @arguments: $err";
	return $out;
}

sub literal { my ($text) = @_; $text =~ s/'/''/g; return "'$text'" }

# Statements; their output, and the errors with SQLSTATEs
sub run_sql
{
	my ($sql, $database) = @_;
	my ($rc, $out, $err) = $node->psql($database // 'shop', "\\set VERBOSITY verbose\nSET client_min_messages = warning;\n$sql", on_error_stop => 0);
	$err =~ s/^(psql:\S+ |LOCATION: .*\n?)//mg;
	chomp $err;
	return ($out, $err);
}

sub query
{
	my ($sql, $database) = @_;
	my ($out, $err) = run_sql($sql, $database);
	is($err, '', 'no error') if $err ne '';
	return $out;
}

# Where each of the two thinks that the database is
sub both_say
{
	my ($ids, $name) = @_;
	my @alembic = sort map { (split / /)[0] } split /\n/, alembic('shop', 'current');
	is("@alembic", $ids, "Alembic: $name");
	is(query(q(SELECT string_agg(revision, ' ' ORDER BY revision COLLATE "C") FROM schemamig.version WHERE tenant = '')), $ids, "schemamig: $name");
	return;
}

# ---------------------------------------------------------------------------
# Taking over a database that Alembic has brought half way

$node->safe_psql('postgres', 'CREATE DATABASE shop');
alembic('shop', 'upgrade', '4c2a9f10be77');
query('CREATE EXTENSION schemamig');
my @scripts = (alembic('shop', 'upgrade', 'base:heads', '--sql'), alembic('shop', 'downgrade', 'a8f2c4d6e0b3:base', '--sql'),
	alembic('shop', 'downgrade', '9a3c55e8d0b1:base', '--sql'));
my ($out, $err) = run_sql('SELECT schemamig.adopt()');
like($err, qr/^ERROR:  55000: .*\nDETAIL:  Version "4c2a9f10be77" is no revision\.$/m, 'what is not imported cannot be adopted');
query('SELECT schemamig.import_scripts(ARRAY[' . join(', ', map { literal($_) } @scripts) . "], '{1.sql,2.sql,3.sql}')");
is(query('SELECT * FROM schemamig.adopt()'), "1975ea83b712|stamped|public.alembic_version\n4c2a9f10be77|stamped|public.alembic_version", 'it is adopted');
both_say('4c2a9f10be77', 'at the orders');

# ---------------------------------------------------------------------------
# Side by side

query(q(ALTER DATABASE shop SET schemamig.alembic_version_table = 'public.alembic_version'));
query(q(SELECT schemamig.upgrade('5d0e1a77c3f4')));
both_say('4c2a9f10be77 5d0e1a77c3f4', 'on two branches');
query(q(SELECT schemamig.downgrade('5d0e1a77c3f4@1975ea83b712')));
both_say('4c2a9f10be77', 'on one of them');
query(q(SELECT schemamig.upgrade('7e61b0d2a915')));
both_say('7e61b0d2a915', 'merged');
alembic('shop', 'upgrade', 'heads');
($out, $err) = run_sql('SELECT schemamig.upgrade()');
is($err, <<'ERROR' =~ s/\n\z//r, 'what Alembic has done meanwhile is seen');
ERROR:  55000: Alembic's version table public.alembic_version says another revision
DETAIL:  It has 9a3c55e8d0b1, a8f2c4d6e0b3, and what is applied here is 7e61b0d2a915.
HINT:  If Alembic has moved the database since, SELECT * FROM schemamig.adopt() takes that over. If it has not, schemamig.stamp('current') puts the table right.
ERROR
($out, $err) = run_sql('CALL schemamig.migrate()');
like($err, qr/^ERROR:  55000: Alembic's version table/, 'by the procedure too');
is(query(q(SELECT count(*) FROM schemamig.adopt() WHERE action = 'stamped')), 2, 'and taken over');
both_say('9a3c55e8d0b1 a8f2c4d6e0b3', 'at the heads');
query(q(CALL schemamig.migrate('base', 'downgrade')));
both_say('', 'at the base');
alembic('shop', 'upgrade', 'heads');
query('SELECT schemamig.adopt()');
both_say('9a3c55e8d0b1 a8f2c4d6e0b3', 'at the heads again, by Alembic');
alembic('shop', 'downgrade', '7e61b0d2a915');
is(query(q(SELECT revision FROM schemamig.adopt() WHERE action = 'unstamped')), 'a8f2c4d6e0b3', 'what Alembic has undone is taken over');
query('SELECT schemamig.upgrade(\'9a3c55e8d0b1\'); CALL schemamig.migrate(\'heads\')');
both_say('9a3c55e8d0b1 a8f2c4d6e0b3', 'at the heads once more');
is(alembic('shop', 'upgrade', 'heads'), '', 'Alembic has nothing to do');
query(q(SELECT schemamig.stamp('7e61b0d2a915')));
both_say('7e61b0d2a915', 'stamped');
query(q(SELECT schemamig.stamp(ARRAY['9a3c55e8d0b1', 'a8f2c4d6e0b3'])));

# an upgrade that fails leaves the table as it was
query(q(SELECT schemamig.revision('fails', 'SELECT 1/0', rev_id => 'ff01', head => '{a8f2c4d6e0b3}')));
($out, $err) = run_sql(q(SELECT schemamig.upgrade('ff01')));
like($err, qr/^ERROR:  22012/, 'an upgrade fails');
both_say('9a3c55e8d0b1 a8f2c4d6e0b3', 'nothing has changed');
query(q(SELECT schemamig.drop_revision('ff01')));

# stamp('current') puts right what somebody has spoilt
query('DELETE FROM public.alembic_version');
($out, $err) = run_sql('SELECT schemamig.upgrade()');
like($err, qr/^DETAIL:  It has base, and what is applied here is/m, 'an empty table is seen');
query(q(SELECT schemamig.stamp('current')));
both_say('9a3c55e8d0b1 a8f2c4d6e0b3', 'put right');

# ---------------------------------------------------------------------------
# Rights, and what else can be wrong

query('CREATE TABLE other (i int)');
for my $case ([ 'nowhere', '42P01', 'does not exist' ], [ 'a..b', '42602', 'invalid name syntax' ], [ 'other', '42703', 'version_num' ])
{
	my ($table, $state, $text) = @$case;
	($out, $err) = run_sql("SET schemamig.alembic_version_table = '$table'; SELECT schemamig.stamp('current')");
	like($err, qr/^ERROR:  $state: .*\Q$text\E/m, "the setting names $table");
}

query(<<'SQL');
CREATE ROLE deployer;
GRANT USAGE ON SCHEMA schemamig TO deployer;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA schemamig TO deployer;
SQL
($out, $err) = run_sql(q(SET ROLE deployer; SELECT schemamig.stamp('current')));
like($err, qr/^ERROR:  42501: permission denied for table/, 'whoever has no rights on the table cannot change it');
($out, $err) = run_sql(q(SET ROLE deployer; SELECT schemamig.adopt()));
like($err, qr/^ERROR:  42501: permission denied for table/, 'or adopt it');

# the owner of the table gets no rights from whoever runs revisions
query(<<'SQL');
ALTER TABLE alembic_version OWNER TO deployer;
CREATE TABLE seen (who text);
GRANT INSERT ON seen TO deployer;
GRANT CREATE ON SCHEMA public TO deployer;
SET ROLE deployer;
CREATE FUNCTION trap() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO public.seen VALUES (current_user); RETURN NEW; END';
CREATE TRIGGER trap AFTER INSERT OR DELETE ON alembic_version FOR EACH ROW EXECUTE FUNCTION trap();
RESET ROLE;
SELECT schemamig.stamp('7e61b0d2a915');
SQL
is(query('SELECT DISTINCT who FROM seen'), 'deployer', 'triggers run with the rights of the owner');
query('DROP TRIGGER trap ON alembic_version; CREATE CONSTRAINT TRIGGER trap AFTER INSERT ON alembic_version DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION trap()');
($out, $err) = run_sql(q(SELECT schemamig.stamp('4c2a9f10be77')));
like($err, qr/^ERROR:  42501: cannot fire deferred trigger within security-restricted operation/, 'none is left for later');

$node->stop;
done_testing();
