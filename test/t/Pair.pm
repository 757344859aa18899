# A pair of test/data/pairs: its files and options, the runs over it, and what
# is wrong with their results.  See test/data/pairs/README.

package Pair;

use strict;
use warnings FATAL => 'all';

use FindBin;
use PostgreSQL::Test::Utils;

use Dump;

my $data = "$FindBin::RealBin/../data/pairs";

# The pairs that are there, by name
sub all
{
	opendir(my $dir, $data) or die "$data: $!";
	return sort grep { -e "$data/$_/old.sql" } readdir $dir;
}

sub data_file { return "$data/$_[0]" }

# The pair of that name, with its options: "key = value" in each line, where
# "key up" and "key down" are for one direction only, and "online key" takes its
# place in the online form.
sub new
{
	my ($class, $name) = @_;
	my $self = { name => $name, dir => "$data/$name", options => {} };
	if (-e "$self->{dir}/options")
	{
		for (split /\n/, slurp_file("$self->{dir}/options"))
		{
			/^((?:online )?\w+(?: (?:up|down))?) =(?: (.*))?$/ or die "$name: what is the option \"$_\"?";
			$self->{options}{$1} = $2 // '';
		}
	}
	return bless $self, $class;
}

# The same pair, with revisions in the form that keeps others from waiting
sub online
{
	my ($self) = @_;
	my %options = map { /^online / ? ($' => $self->{options}{$_}) : () } keys %{ $self->{options} };
	return bless {
		%$self,
		name => "$self->{name}_online",
		online => 1,
		options => { %{ $self->{options} }, %options }
	  },
	  ref $self;
}

sub option
{
	my ($self, $key, $default) = @_;
	return $self->{options}{$key} // $default;
}

# Both schemas
sub text { return join '', map { slurp_file("$_[0]{dir}/$_.sql") } qw(old new) }

# The names listed in an option for this step ("up": from old to new)
sub listed
{
	my ($self, $key, $step) = @_;
	return { map { $_ => 1 } map { split /, */, $self->option($_, '') } $key, "$key $step" };
}

# ---------------------------------------------------------------------------
# The two directions: what is live, what is the model

# direction up: old is live and new is the model
sub direction
{
	my ($self, $step) = @_;
	my ($live, $model) = $step eq 'up' ? ('old', 'new') : ('new', 'old');
	my $rows = $live eq 'old' ? 'seed.sql' : 'seed.new.sql';
	my $file = sub { return "$self->{dir}/$_[0]" };
	my $text = $file->("$model.sql");
	$text = $file->('model.sql') if $step eq 'up' && -e $file->('model.sql');
	my $check = $file->($step eq 'up' ? 'check.sql' : 'check.new.sql');
	return {
		step => $step,
		back => $step eq 'up' ? 'down' : 'up',
		live => $file->("$live.sql"),
		model => $text,
		rows => -e $file->($rows) ? $file->($rows) : data_file('rows.sql'),
		check => -e $check ? $check : undef,
		arguments => $self->arguments($step, $text, $file->("$live.sql")),
	};
}

# Further arguments of diff() and autogenerate().  The schemas are named where
# the model does not name all that are live.
sub arguments
{
	my ($self, $step, $model, $live) = @_;
	my @arguments;
	my $schemas = $self->option('schemas');
	if (!defined $schemas)
	{
		my ($in_model, $in_live) = map {
			my $text = slurp_file($_);
			+{ map { $_ => 1 } $text =~ /\bCREATE SCHEMA (?:IF NOT EXISTS )?("(?:[^"]|"")+"|\w+)/g }
		} $model, $live;
		$schemas = join ',', 'public', sort keys %{ { %$in_model, %$in_live } }
		  if grep { !$in_model->{$_} } keys %$in_live;
	}
	push @arguments, "schemas => \$s\${$schemas}\$s\$" if defined $schemas;
	my $renames = $self->option('renames');
	if (defined $renames)
	{
		$renames =~ s/("[^"]+"): ("[^"]+")/$2: $1/g if $step eq 'down';
		push @arguments, "renames => '$renames'";
	}
	push @arguments, 'allow_data_loss => true' if $self->option('allow_data_loss');
	push @arguments, 'online => true' if $self->{online};
	return join '', map { ", $_" } @arguments;
}

# The psql script of one direction.  What it finds out goes to files whose names
# begin with $out; the names of the steps to standard output.
sub script
{
	my ($self, $direction, $database, $out) = @_;
	my $arguments = $direction->{arguments};
	my $diff_arguments = $arguments =~ s/, allow_data_loss => true//r;
	my $dump = sub { return "\\! pg_dump --schema-only -d '$database' -f '$out.$_[0].sql'" };
	my $facts = sub { return "\\o $out.$_[0].facts\n\\i " . data_file('facts.sql') . "\n\\o" };
	my $move = sub {
		my ($way, $target) = @_;
		return "CALL schemamig.migrate('$target', '$way');" if $self->option('migrate') || $self->{online};
		return "SELECT count(*) AS steps FROM schemamig.$way('$target') \\gset";
	};
	my $check = $direction->{check} ? "\\o $out.check\n\\i $direction->{check}\n\\o" : '';
	return <<"PSQL";
\\set ON_ERROR_STOP on
\\pset format unaligned
\\pset tuples_only on
SET client_min_messages = warning;
SET statement_timeout = '${PostgreSQL::Test::Utils::timeout_default}s';
\\echo load
\\i $direction->{live}
RESET ALL;
\\echo rows
\\i $direction->{rows}
RESET ALL;
SET client_min_messages = warning;
SET statement_timeout = '${PostgreSQL::Test::Utils::timeout_default}s';
${\$dump->('before')}
${\$facts->('before')}
\\set model `cat '$direction->{model}'`
\\echo autogenerate
SELECT coalesce(schemamig.autogenerate('pair', :'model'$arguments), '') AS revision, '' AS nothing \\gset
SELECT :'revision' = '' AS nothing \\gset
\\if :nothing
	\\echo nothing
	\\o $out.rest
	SELECT concat_ws(' | ', kind, identity, change) FROM schemamig.diff(:'model'$diff_arguments);
	\\quit
\\endif
\\o $out.script
SELECT concat_ws(E'\\n-- ---- downgrade ----\\n', upgrade, downgrade) FROM schemamig.revision WHERE revision = :'revision';
\\o
\\echo upgrade
${\$move->('upgrade', 'head')}
${\$dump->('after')}
${\$facts->('after')}
$check
\\echo diff after the upgrade
\\o $out.rest
SELECT concat_ws(' | ', kind, identity, change, upgrade_sql) FROM schemamig.diff(:'model'$diff_arguments);
\\o
\\echo downgrade
${\$move->('downgrade', 'base')}
${\$dump->('back')}
${\$facts->('back')}
\\echo done
PSQL
}

# ---------------------------------------------------------------------------
# Comparing facts

sub facts
{
	my ($file) = @_;
	my %facts;
	for (split /\n/, slurp_file($file))
	{
		my ($kind, $name, @rest) = split /\t/, $_, -1;
		$name .= "($rest[1])" if $kind eq 'function';
		$facts{$kind}{$name} = \@rest;
	}
	return \%facts;
}

# What a step has changed without need
sub fact_faults
{
	my ($self, $step, $before_file, $after_file) = @_;
	my ($before, $after) = map { facts($_) } $before_file, $after_file;
	my %may = map { $_ => $self->listed($_, $step) } qw(rewrites rebuilt recreated values);
	my (@faults, %rewritten);

	# the names that both have, of a kind of fact, and that mean the same
	my $other = $self->listed('replaced', $step);
	my $both = sub {
		my ($kind) = @_;
		return grep { $after->{$kind}{$_} && !$other->{$_} && !$other->{s/\.[^.]+\z//r} } sort keys %{ $before->{$kind} // {} };
	};
	for my $kind ('relation r', 'relation p')
	{
		for ($both->($kind))
		{
			my ($was, $is) = ($before->{$kind}{$_}, $after->{$kind}{$_});
			push @faults, "table $_ was dropped and made again" if $was->[0] != $is->[0] && !$may{recreated}{$_};
			$rewritten{ $is->[0] } = 1 if $was->[1] ne $is->[1];
			push @faults, "table $_ was rewritten" if $was->[1] ne $is->[1] && !$may{rewrites}{$_} && !$may{recreated}{$_};
			push @faults, "table $_ was not rewritten, but is listed" if $was->[1] eq $is->[1] && $may{rewrites}{$_};
		}
	}
	for ($both->('column'))
	{
		push @faults, "column $_ was dropped and made again"
		  if $before->{column}{$_}[0] != $after->{column}{$_}[0] && !$may{recreated}{$_} && !$may{recreated}{s/\.[^.]+\z//r};
	}
	for my $kind ('relation v', 'relation m', 'relation S', 'relation f', 'type', 'function')
	{
		for ($both->($kind))
		{
			my ($was, $is, $listed) = ($before->{$kind}{$_}, $after->{$kind}{$_}, s/\(.*//r);
			push @faults, "$kind $_ was dropped and made again" if $was->[0] != $is->[0] && !$may{rebuilt}{$listed};
		}
	}
	# (A change of a column's type makes its indexes again, often on the same file.)
	for ($both->('relation i'))
	{
		my ($was, $is, $listed) = ($before->{'relation i'}{$_}, $after->{'relation i'}{$_}, s/.*\.//r);
		push @faults, "index $_ was built again"
		  if $was->[1] ne $is->[1] && !$may{rebuilt}{$_} && !$may{rebuilt}{$listed} && !$rewritten{ $is->[3] };
	}
	for ($both->('sequence'))
	{
		my ($was, $is) = map { "@$_" } $before->{sequence}{$_}, $after->{sequence}{$_};
		push @faults, "sequence $_ was at $was and is at $is" if $was ne $is;
	}
	for ($both->('rows'))
	{
		my ($was, $is) = ($before->{rows}{$_}[0], $after->{rows}{$_}[0]);
		push @faults, "table $_ had $was rows and has $is" if $was != $is;
	}
	for ($both->('values'))
	{
		my ($was, $is) = ($before->{values}{$_}[0], $after->{values}{$_}[0]);
		push @faults, "column $_ was $was and is $is" if $was ne $is && !$may{values}{$_};
	}
	return @faults;
}

# ---------------------------------------------------------------------------
# A whole pair

# What psql wrote to standard error, without the warnings that are expected
sub without_warnings
{
	my ($self, $err) = @_;
	my $expected = $self->option('warnings') // return $err;
	$err =~ s/^(?:psql:[^\n]*: )?WARNING:  (?:[^\n]*(?:$expected))[^\n]*\n(?:(?:HINT|DETAIL):[^\n]*\n)*//mg;
	return $err;
}

# Runs one direction in a database; returns the name of its last step and what
# psql wrote to standard error
sub run_direction
{
	my ($self, $step, $database, $out) = @_;
	my $direction = $self->direction($step);
	PostgreSQL::Test::Utils::append_to_file("$out.psql", $self->script($direction, $database, $out));
	system("psql -Xq -d '$database' -f '$out.psql' >'$out.steps' 2>'$out.err'");
	my $err = $self->without_warnings(slurp_file("$out.err"));

	# Back where it began, the database can be asked once more for the rows of diff().
	if (-e "$out.back.facts" && rewrote("$out.before.facts", "$out.after.facts"))
	{
		PostgreSQL::Test::Utils::append_to_file("$out.rewrites.psql", <<"PSQL");
\\set model `cat '$direction->{model}'`
SET client_min_messages = error;
SELECT count(*) FROM schemamig.diff(:'model'${\($direction->{arguments} =~ s/, allow_data_loss => true//r)}) WHERE rewrites;
PSQL
		system("psql -XqAt -d '$database' -f '$out.rewrites.psql' >'$out.rewrites'");
	}
	my @steps = split /\n/, slurp_file("$out.steps");
	return ($steps[-1] // 'connect', $err);
}

sub text_of { return -e $_[0] ? slurp_file($_[0]) : '' }

# What is wrong with one direction, whose files begin with $out; $to is the dump
# of the other direction's database as it was before
sub direction_faults
{
	my ($self, $direction, $last, $err, $out, $to) = @_;
	my @faults;
	my $owners = $direction->{step} eq 'down' && $self->option('owners');
	my $nothing = $self->option('nothing') || $self->option("nothing $direction->{step}") ? 'nothing' : 'done';

	push @faults, "stopped in \"$last\"" if $last ne $nothing;
	push @faults, "psql says:\n$err" if $err ne '';
	my $compare = sub {
		my ($name, @arguments) = @_;
		my $difference = Dump::difference(@arguments);
		push @faults, "$name:\n$difference" if $difference ne '';
	};
	if (-e "$out.after.facts")
	{
		$compare->('dump after the upgrade', $to, "$out.after.sql", $owners) if -e $to;
		push @faults, $self->fact_faults($direction->{step}, "$out.before.facts", "$out.after.facts");
		push @faults, 'rewritten, but no row of diff() says so' if text_of("$out.rewrites") eq "0\n";
	}
	push @faults, "diff in the end:\n" . text_of("$out.rest") if text_of("$out.rest") ne '';
	push @faults, "check.sql returns:\n" . text_of("$out.check") if text_of("$out.check") =~ /[^t\n]/;
	if (-e "$out.back.facts")
	{
		$compare->('dump after the downgrade', "$out.before.sql", "$out.back.sql");
		push @faults, map { "downgrade: $_" } $self->fact_faults($direction->{back}, "$out.after.facts", "$out.back.facts");
	}
	return '' if !@faults;
	return join '', map({ s/\n?\z/\n/r } @faults), "the revision:\n", text_of("$out.script");
}

# Whether a table that was there before has another file
sub rewrote
{
	my ($before, $after) = map { facts($_)->{'relation r'} // {} } @_;
	return scalar grep { $after->{$_} && $before->{$_}[0] == $after->{$_}[0] && $before->{$_}[1] ne $after->{$_}[1] } keys %$before;
}

# Runs the pair in both directions, each in a database of its own made of
# $template; returns what is wrong, '' if nothing is.
sub faults
{
	my ($self, $template, $dir) = @_;
	my (%result, $faults);

	for my $step ('up', 'down')
	{
		my $database = "$self->{name}_$step";
		$database = substr($database, -60);
		my $failed = `psql -Xqc 'CREATE DATABASE "$database" TEMPLATE $template' postgres 2>&1`;
		return "no database $database: $failed" if $?;
		$result{$step} = [ $self->run_direction($step, $database, "$dir/$self->{name}.$step") ];
		system("psql -Xqc 'DROP DATABASE \"$database\"' postgres 2>/dev/null") if !$ENV{PAIRS_KEEP};
	}
	for my $step ('up', 'down')
	{
		my $direction = $self->direction($step);
		my $found = $self->direction_faults($direction, @{ $result{$step} }, "$dir/$self->{name}.$step",
			"$dir/$self->{name}.$direction->{back}.before.sql");
		$faults .= ($step eq 'up' ? "--- from old to new ---\n" : "--- from new to old ---\n") . $found if $found ne '';
	}
	return $faults // '';
}

1;
