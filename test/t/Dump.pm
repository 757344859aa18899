# Comparing dumps that pg_dump has written as scripts.

package Dump;

use strict;
use warnings FATAL => 'all';

sub slurp
{
	my ($file) = @_;
	local $/;
	open(my $in, '<', $file) or die "$file: $!";
	return <$in>;
}

# The entries of a dump, by their name: without what differs though nothing does,
# which is the order of the entries, of the columns within CREATE TABLE and CREATE
# STATISTICS and of publications, and of statements that set attributes of columns
# or grant privileges.
sub entries
{
	my ($file, $without_owners) = @_;
	my $dump = slurp($file);
	$dump =~ s/^\\(?:un)?restrict .*\n//mg;
	$dump =~ s/^SET default_(?:tablespace|table_access_method) = .*;\n\n?//mg;
	$dump =~ s/--\n-- PostgreSQL database dump complete\n--\s*\z//;
	my (undef, @parts) = split /^--\n-- (Name: .*)\n--\n/m, $dump;
	my %entries;
	while (my ($name, $text) = splice @parts, 0, 2)
	{
		$name =~ s/; Owner: .*//;
		$text =~ s/^ALTER [A-Z ]+ .* OWNER TO .*;\n//mg if $without_owners;
		$text =~ s/^(?:GRANT|REVOKE) .* (?:TO|FROM) app_owner\b.*;\n//mg if $without_owners && $without_owners eq 'granted';
		$text =~ s/\n\n+/\n/g;
		if ($name =~ /; Type: (?:FOREIGN )?TABLE;/)
		{
			$text =~ s{^(CREATE [A-Z ]*TABLE [^\n]* \(\n)(.*?)(?=\n\))}
				{ $1 . join "\n", sort map { s/,\z//r } split /\n/, $2 }emsx;
			$text = join "\n", sort split /\n(?=ALTER )/, $text =~ s/\A\s+|\s+\z//gr;
		}
		elsif ($name =~ /; Type: STATISTICS;/)
		{
			$text =~ s/^(CREATE STATISTICS .* ON )(.*)(?= FROM )/$1 . join ', ', sort split m{, }, $2/em;
		}
		elsif ($name =~ /; Type: PUBLICATION TABLE;/)
		{
			$text =~ s/^(ALTER PUBLICATION .* ADD TABLE ONLY \S+ \()([^()]*)(?=\))/$1 . join ', ', sort split m{, }, $2/em;
		}
		elsif ($name =~ /; Type: (?:ACL|DEFAULT ACL);/)
		{
			my $role = '';
			my @statements;
			for (grep { /\S/ } split /\n/, $text)
			{
				if (/^SET SESSION AUTHORIZATION (.*);/) { $role = "as $1: " }
				elsif (/^RESET SESSION AUTHORIZATION/) { $role = '' }
				else { push @statements, $role . $_ }
			}
			$text = join "\n", sort @statements;
		}
		$text =~ s/\A\s+|\s+\z//g;
		next if $text eq '';
		$entries{$name} = join "\n", sort grep { defined } $entries{$name}, $text;
	}
	return \%entries;
}

# What is different in two dumps: the names of the entries, and what to show of
# each of them
sub differences
{
	my ($expected, $got, $without_owners) = @_;
	my ($e, $g) = map { entries($_, $without_owners) } $expected, $got;
	my %differences;
	for my $name (keys %{ { %$e, %$g } })
	{
		my ($want, $have) = ($e->{$name}, $g->{$name});
		next if defined $want && defined $have && $want eq $have;
		my %in_want = map { $_ => 1 } split /\n/, $want // '';
		my %in_have = map { $_ => 1 } split /\n/, $have // '';
		my $lines = join '', map({ "  expected: $_\n" } grep { !$in_have{$_} } split /\n/, $want // ''),
		  map({ "       got: $_\n" } grep { !$in_want{$_} } split /\n/, $have // '');
		$differences{$name} = $lines || "  expected: $want\n       got: $have\n";
	}
	return \%differences;
}

# The same as one text, '' if nothing is
sub difference
{
	my $differences = differences(@_);
	return join '', map { "$_\n$differences->{$_}" } sort keys %$differences;
}

1;
