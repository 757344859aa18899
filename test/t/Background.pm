# A psql that runs while the test goes on, and may lose its server or be killed.
#
#   my $psql = Background->new($node, $sql, dbname => 'postgres', user => $user);
#   $psql->wait_for(qr/text/);                  # that the SQL has printed
#   my ($rc, $out, $err) = $psql->finish;
#   Background::wait_until_gone($node, $pid);   # the end of any session, or of the server's recovery from it
#
# It stops at the first error, which stands in $err as 'ERROR:  SQLSTATE'.  The
# session stays open until finish().

package Background;

use strict;
use warnings FATAL => 'all';

use File::Spec;
use IPC::Run;
use PostgreSQL::Test::Utils;

sub new
{
	my ($class, $node, $sql, %options) = @_;
	my $self = bless { in => "$sql\n", out => '', err => '' }, $class;
	my @command = (
		$node->installed_command('psql'),
		'-XAtq', '-v', 'ON_ERROR_STOP=1', '-v', 'VERBOSITY=sqlstate',
		'-d', $node->connstr($options{dbname} || 'postgres'), '-f', '-');
	push @command, '-U', $options{user} if $options{user};

	local %ENV = $node->_get_env();
	$self->{run} = IPC::Run::start(
		\@command, '<', \$self->{in}, '>', \$self->{out}, '2>', \$self->{err},
		IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
	$self->{run}->pump_nb while length $self->{in};
	return $self;
}

# More SQL for the open session
sub send
{
	my ($self, $sql) = @_;

	$self->{in} .= "$sql\n";
	$self->{run}->pump_nb while length $self->{in};
	return;
}

sub wait_for
{
	my ($self, $pattern) = @_;

	$self->{run}->pump until $self->{out} =~ $pattern;
	return;
}

# Whether the SQL has printed it by now
sub has_printed
{
	my ($self, $pattern) = @_;

	$self->{run}->pump_nb;
	return $self->{out} =~ $pattern;
}

# Kills the client program, not the server's process
sub kill_client
{
	my ($self) = @_;

	$self->{run}->kill_kill;
	return;
}

# Ends the input, waits for the end, returns exit status, output and errors
sub finish
{
	my ($self) = @_;

	$self->{run}->finish;
	chomp($self->{out}, $self->{err});
	return ($self->{run}->result(0), $self->{out}, $self->{err});
}

# Waits until the server has no session with this process: after a kill, until it
# has been through recovery and lets people in again.  The query is an argument
# and nothing is written into psql: while the server refuses connections psql
# ends without having read its input, and whoever writes it dies of a broken pipe.
sub wait_until_gone
{
	my ($node, $pid) = @_;
	my @command = (
		$node->installed_command('psql'),
		'-XAt', '-d', $node->connstr('postgres'), '-c', "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $pid)");

	local %ENV = $node->_get_env();
	for (1 .. 10 * $PostgreSQL::Test::Utils::timeout_default)
	{
		my ($out, $err);
		IPC::Run::run(\@command, '<', File::Spec->devnull, '>', \$out, '2>', \$err);
		return if $out eq "t\n";
		select undef, undef, undef, 0.1;
	}
	die "the server still has process $pid";
}

1;
