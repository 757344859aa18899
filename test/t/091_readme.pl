# Every block of SQL in the documentation runs as written: those of a file one
# after the other, in a database of its own.

use strict;
use warnings FATAL => 'all';

use Cwd qw(abs_path);
use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $top = "$FindBin::RealBin/../..";

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;

# the blocks of a file, each with the number of its first line
sub blocks
{
	my ($file) = @_;
	my @blocks;
	my $text = slurp_file("$top/$file");
	while ($text =~ /^```sql\n(.*?)^```$/msg)
	{
		my $line = 1 + (substr($text, 0, $-[1]) =~ tr/\n//);
		push @blocks, [ $line, $1 ];
	}
	return @blocks;
}

for my $file ('README.md', 'doc/reference.md', 'doc/operations.md', 'doc/security.md',
	'doc/autogenerate.md', 'doc/sqlalchemy.md', 'doc/formats.md')
{
	my ($database) = $file =~ /(\w+)\.md/;
	my @blocks = blocks($file);
	ok(@blocks > 0, "$file has blocks of SQL");
	$node->safe_psql('postgres', qq(CREATE DATABASE "$database"));
	for my $block (@blocks)
	{
		my ($line, $sql) = @$block;
		my ($rc, $stdout, $stderr) = $node->psql($database, $sql, on_error_stop => 1);
		is($rc, 0, "$file, line $line") or diag("$sql\n$stderr");
		unlike($stderr, qr/WARNING/, "$file, line $line: no warnings");
	}
	is($node->safe_psql($database, 'SELECT count(*) FROM schemamig.validate()'),
		0, "$file leaves nothing wrong");
}

# The lines for the shell that load a folder: what they load is what was there
{
	my ($script) = grep { /import_scripts/ } slurp_file("$top/README.md") =~ /^```sh\n(.*?)^```$/msg;
	my $folder = abs_path($PostgreSQL::Test::Utils::tmp_check) . "/migrations";
	$node->safe_psql('README', "SELECT schemamig.export('$folder')");
	$node->safe_psql('postgres', 'CREATE DATABASE loaded');
	$node->safe_psql('loaded', 'CREATE EXTENSION schemamig');
	local %ENV = (%ENV, PGHOST => $node->host, PGPORT => $node->port, PGDATABASE => 'loaded');
	command_ok([ 'bash', '-e', '-c', "cd '$folder'\n$script" ], 'the README loads a folder with psql alone');
	my $all = 'SELECT string_agg((revision, message, branch_labels, upgrade, downgrade, verify, created_at)::text, $$;$$ ORDER BY revision) FROM schemamig.revision';
	is($node->safe_psql('loaded', $all), $node->safe_psql('README', $all), 'with nothing lost');
}

$node->stop;
done_testing();
