# Pairs of schemas (test/data/pairs): autogenerate() writes the revision that
# leads from each to the other, and pg_dump is the judge.
#
# Those with the option "online" also run in that form, or all of them and only in
# that form with PAIRS_ONLINE set.
#
# PAIRS=regexp runs those with such names only, PAIRS_JOBS=n at once, and with
# PAIRS_KEEP set their databases and files stay.  Those of kinds and changes that
# are not compared yet have an option that says so, and run with PAIRS_ALL only.

use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::RealBin;
use POSIX ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use Pair;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--no-locale' ]);
$node->append_conf('postgresql.conf', <<'CONF');
timezone = 'UTC'
wal_level = logical
autovacuum = off
CONF
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE template_pair');
$node->safe_psql('template_pair', 'CREATE EXTENSION schemamig');
$node->safe_psql('template_pair', slurp_file(Pair::data_file('roles.sql')));

$ENV{PGHOST} = $node->host;
$ENV{PGPORT} = $node->port;
$ENV{PGCLIENTENCODING} = 'UTF8';
my $dir = $ENV{PAIRS_KEEP} || PostgreSQL::Test::Utils::tempdir;
mkdir $dir if !-d $dir;

my $version = $node->pg_version->major;
my $only = $ENV{PAIRS} // '';
my @pairs = grep { $_->{name} =~ /$only/ } map { Pair->new($_) } Pair::all();
@pairs = grep { $_->option('issue', 4) <= 4 } @pairs if !$ENV{PAIRS_ALL};
@pairs =
  $ENV{PAIRS_ONLINE}
  ? map { $_->online } @pairs
  : map { $_->option('online') ? ($_, $_->online) : $_ } @pairs;

# what this server has been built without
my %extension = map { $_ => 1 } split /\n/, $node->safe_psql('postgres', 'SELECT name FROM pg_available_extensions');
my ($no_icu) = $node->psql('postgres', "CREATE COLLATION icu (provider = icu, locale = 'en')");
sub lacks
{
	my ($pair) = @_;
	my $text = $pair->text;
	return 'ICU' if $text =~ /provider = icu/i && $no_icu;
	return (grep { !$extension{$_} } $text =~ /\bCREATE EXTENSION (?:IF NOT EXISTS )?"?(\w+)/g)[0];
}
my @runs = grep { $_->option('needs', 0) <= $version && !lacks($_) } @pairs;

# Several processes share them out; each leaves what is wrong in a file.
my $jobs = $ENV{PAIRS_JOBS} // 3;
my @children;
for my $job (0 .. $jobs - 1)
{
	my $pid = fork // die "fork: $!";
	if ($pid == 0)
	{
		for my $i (grep { $_ % $jobs == $job } 0 .. $#runs)
		{
			my $faults = eval { $runs[$i]->faults('template_pair', $dir) } // "the test itself: $@";
			PostgreSQL::Test::Utils::append_to_file("$dir/$runs[$i]{name}.faults", $faults);
		}
		POSIX::_exit(0);
	}
	push @children, $pid;
}
waitpid $_, 0 for @children;

for my $pair (@pairs)
{
	my $name = $pair->{name};
  SKIP:
	{
		skip "$name: needs PostgreSQL " . $pair->option('needs'), 1 if $pair->option('needs', 0) > $version;
		my $lacking = lacks($pair);
		skip "$name: this server has no $lacking", 1 if $lacking;
		my $faults = -e "$dir/$name.faults" ? slurp_file("$dir/$name.faults") : "it has not run\n";
		ok($faults eq '', $name) or diag("$name\n", substr $faults, 0, 10000);
	}
}

done_testing();
