# Every block of SQL in the documentation runs as written: those of a file one
# after the other, in a database of its own.

use strict;
use warnings FATAL => 'all';

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
	'doc/autogenerate.md', 'doc/sqlalchemy.md')
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

$node->stop;
done_testing();
