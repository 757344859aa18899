# The documentation knows all that there is: each function, argument, result
# column, view, table, setting and SQLSTATE is in doc/reference.md, each object
# has a comment, and no link leads nowhere.

use strict;
use warnings FATAL => 'all';

use FindBin;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $top = "$FindBin::RealBin/../..";
my $reference = slurp_file("$top/doc/reference.md");

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION schemamig');
sub query { return $node->safe_psql('postgres', $_[0]) }
sub lines { return split /\n/, query($_[0]) }

# the part of the reference under a heading, its lower headings included
sub section
{
	my ($heading) = @_;
	my ($level, $text) = $reference =~ /^(#+) \Q$heading\E\n(.*)/ms or return '';
	my $depth = length $level;
	$text =~ s/^#{1,$depth} .*//ms;
	return $text;
}

# ---------------------------------------------------------------------------
# Functions: a section each, with the synopsis as the catalogs have it

my $members = q{(SELECT objid FROM pg_depend WHERE deptype = 'e'
	AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'schemamig') AND classid = '%s'::regclass)};
my $functions = sprintf $members, 'pg_proc';
my $relations = sprintf $members, 'pg_class';

# what is left of a synopsis when it is laid out differently
sub squeezed
{
	my ($text) = @_;
	$text =~ s/::\w+(\[\])?//g;
	$text =~ s/\bint\b/integer/g;
	$text =~ s/\s+/ /g;
	return $text;
}

for my $line (lines("SELECT proname, pg_get_function_arguments(oid), pg_get_function_result(oid)
	FROM pg_proc WHERE oid IN $functions AND proname <> 'session_activity' ORDER BY 1, 2"))
{
	my ($name, $arguments, $result) = split /\|/, $line, 3;
	$arguments = join ', ', grep { !/^OUT / } split /, /, $arguments;
	$result = 'setof record' if $result =~ /^(SETOF record|TABLE)/;
	$result = lc $result;
	my $synopsis = squeezed("schemamig.$name($arguments) returns $result");
	$synopsis = squeezed("CALL schemamig.$name($arguments)") =~ s/\bIN //gr if $result eq '';
	my $section = section($name);
	isnt($section, '', "function $name has a section");
	ok(index(squeezed($section), $synopsis) >= 0, "its synopsis is $synopsis");
}
like($reference, qr/`schemamig\.session_activity\(\)`/, 'session_activity() is mentioned');

# result columns; those that many functions begin with have a table of their own
my %common = map { $_ => 1 } qw(revision down_revisions branch_labels depends_on message flags);
for my $line (lines("SELECT proname, n FROM pg_proc, unnest(proargnames, proargmodes) AS a(n, m)
	WHERE oid IN $functions AND m IN ('o', 't') GROUP BY 1, 2 ORDER BY 1, 2"))
{
	my ($function, $column) = split /\|/, $line;
	next if $common{$column};
	my $text = section($function);
	$text .= section('upgrade') if $function eq 'downgrade';
	$text .= section('current') if $function eq 'history';
	$text .= section('progress') if $function eq 'session_activity';
	like($text, qr/`\Q$column\E\b/, "column $column of $function() is described");
}
like(section('Looking'), qr/^\| `\Q$_\E` \|/m, "common column $_ is described")
  for grep { $_ ne 'flags' } sort keys %common;

# arguments that need more than a name
like($reference, qr/`\Q$_\E`/, "argument $_ is described") for lines("SELECT DISTINCT n
	FROM pg_proc, unnest(proargnames) WITH ORDINALITY AS a(n, i)
	WHERE oid IN $functions AND (proargmodes IS NULL OR proargmodes[i] = 'i')
	AND n NOT IN ('steps', 'targets', 'revisions', 'range', 'event', 'function', 'format') ORDER BY 1");

# ---------------------------------------------------------------------------
# Tables, views and settings

for my $line (lines("SELECT relkind, relname, attname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
	WHERE pg_class.oid IN $relations AND relkind IN ('r', 'v') AND attnum > 0 ORDER BY 2, attnum"))
{
	my ($kind, $relation, $column) = split /\|/, $line;
	my $text;
	if ($kind eq 'r')
	{
		($text) = section('Tables') =~ /^(\| `$relation` \|.*)$/m;
	}
	else
	{
		$text = section($relation);
	}
	like($text // '', qr/`\Q$column\E`/, "column $column of $relation is described");
}


my @settings = split /\n/, $node->safe_psql('postgres',
	"LOAD 'schemamig'; SELECT name || '|' || boot_val || '|' || COALESCE(short_desc, '') || '|' || COALESCE(extra_desc, '') FROM pg_settings WHERE name LIKE 'schemamig.%'");
ok(@settings >= 4, 'there are settings');
for my $line (@settings)
{
	my ($name, $default, $short, $extra) = split /\|/, $line;
	my $text = section($name);
	like($text, qr/Default \Q@{[$default eq '' ? 'empty' : $default]}\E\b/, "setting $name is described with its default");
	like($text, qr/may set\s+it\./, 'and who may set it');
	isnt($short, '', 'it has a short description');
	isnt($extra, '', 'and a long one');
}

# nothing is described that is not there
my %there = map { $_ => 1 } lines("SELECT proname FROM pg_proc WHERE oid IN $functions
	UNION SELECT relname FROM pg_class WHERE oid IN $relations");
$there{ (split /\|/)[0] =~ s/^schemamig\.//r } = 1 for @settings;
my %seen;
for my $file (glob("$top/README.md $top/CHANGELOG.md $top/doc/*.md $top/test/data/tasks/README.md"))
{
	my $text = slurp_file($file);
	while ($text =~ /\bschemamig\.(\w+)/g)
	{
		ok($there{$1}, "schemamig.$1 exists, which the documentation names") unless $seen{$1}++;
	}
}

# ---------------------------------------------------------------------------
# SQLSTATEs: all that the sources raise

my $includes = $node->config_data('--includedir-server');
my %code;
for my $header ("$includes/utils/errcodes.h", "$top/src/errcodes.h")
{
	my $text = slurp_file($header);
	while ($text =~ /#define\s+(ERRCODE_\w+)\s+MAKE_SQLSTATE\((.*?)\)/g)
	{
		my ($name, $characters) = ($1, $2);
		$code{$name} = $characters =~ s/[^A-Z0-9]//gr;
	}
}
my %raised;
for my $file (glob("$top/src/*.c $top/src/*/*.c"))
{
	my $text = slurp_file($file);
	$raised{$1} = 1 while $text =~ /\berrcode\((ERRCODE_\w+)\)/g;
}
delete $raised{ERRCODE_INTERNAL_ERROR};
delete $raised{ERRCODE_UNDEFINED_TABLE};	# the extension itself is not there
ok(keys %raised > 10, 'the sources raise errors');
like(section('Errors'), qr/^\|[^|]*\b$code{$_}\b/m, "$code{$_} ($_) is described") for sort keys %raised;

# ---------------------------------------------------------------------------
# Messages: all that the sources have are in doc/operations.md, what is filled in
# as an ellipsis

my $operations = slurp_file("$top/doc/operations.md");
my $ellipsis = "\xe2\x80\xa6";
my %message;
for my $file (glob("$top/src/*.c $top/src/*/*.c"))
{
	my $text = slurp_file($file);
	while ($text =~ /\berrmsg\(\s*((?:"(?:[^"\\]|\\.)*"|\w+|\s)+)/g)
	{
		# pieces of a literal, with macros such as INT64_FORMAT between them
		my $pieces = $1;
		my $format = '';
		$format .= $1 // '%s' while $pieces =~ /"((?:[^"\\]|\\.)*)"|\w+/g;
		$format =~ s/\\"/"/g;
		$format =~ s/%(?:l?[du]|\.\d+f|[sm])/$ellipsis/g;
		$message{$format} = 1 if $format =~ /[a-z]/;
	}
}
delete $message{'held a lock for too long'};	# another one takes its place
ok(keys %message > 100, 'the sources have messages');
ok(index($operations, "`$_`") >= 0, "message \"$_\" is described") for sort keys %message;

# ---------------------------------------------------------------------------
# Comments

is(query("SELECT string_agg(oid::regprocedure::text, ', ') FROM pg_proc
	WHERE oid IN $functions AND obj_description(oid, 'pg_proc') IS NULL"), '', 'all functions have comments');
is(query("SELECT string_agg(oid::regclass::text, ', ') FROM pg_class
	WHERE oid IN $relations AND relkind IN ('r', 'v') AND obj_description(oid, 'pg_class') IS NULL"),
	'', 'all tables and views have comments');
is(query("SELECT string_agg(attrelid::regclass || '.' || attname, ', ') FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
	WHERE attrelid IN $relations AND relkind IN ('r', 'v') AND attnum > 0 AND col_description(attrelid, attnum) IS NULL"),
	'', 'all their columns have comments');
isnt(query("SELECT obj_description('schemamig'::regnamespace, 'pg_namespace')"), '', 'the schema has a comment');
isnt(query("SELECT obj_description(oid, 'pg_extension') FROM pg_extension WHERE extname = 'schemamig'"),
	'', 'the extension has a comment');

# ---------------------------------------------------------------------------
# Files

# the anchor that a heading has in a rendered page
sub anchor
{
	my ($heading) = @_;
	$heading = lc $heading;
	$heading =~ s/[^\w\- ]//g;
	$heading =~ s/ /-/g;
	return $heading;
}

for my $path (qw(README.md CHANGELOG.md doc/reference.md doc/operations.md doc/security.md doc/autogenerate.md doc/sqlalchemy.md doc/formats.md doc/internals.md test/data/tasks/README.md))
{
	my $text = slurp_file("$top/$path");
	(my $prose = $text) =~ s/^```.*?^```$//msg;
	while ($prose =~ /\]\(([^)\s]+)\)/g)
	{
		my ($file, $fragment) = split /#/, $1, 2;
		next if $file =~ /^\w+:/;
		my $target = $file eq '' ? "$top/$path" : dirname_of("$top/$path") . "/$file";
		ok(-e $target, "$path: link to $1");
		next unless defined $fragment;
		my @anchors = map { anchor($_) } slurp_file($target) =~ /^#+ (.*)$/mg;
		ok((grep { $_ eq $fragment } @anchors), "$path: anchor $fragment");
	}
	unlike($text, qr/[ \t]+$/m, "$path: no white space at line ends");
}

sub dirname_of { return $_[0] =~ s{/[^/]*\z}{}r }

my $meta = decode_json(slurp_file("$top/META.json"));
my ($version) = slurp_file("$top/schemamig.control") =~ /^default_version = '(.*)'$/m;
is($meta->{provides}{schemamig}{version}, $meta->{version}, 'META.json has one version');
like($meta->{version}, qr/^\Q$version\E\.\d+$/, 'which is that of the control file');
ok(-e "$top/$meta->{provides}{schemamig}{$_}", "META.json: $_") for qw(file docfile);
like(slurp_file("$top/CHANGELOG.md"), qr/^## \Q$meta->{version}\E\b/m, 'the changelog has it');

$node->stop;
done_testing();
