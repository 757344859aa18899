# A psql that runs while the test goes on, and may lose its server or be killed.
#
#   my $psql = Background->new($node, $sql, dbname => 'postgres', user => $user);
#   $psql->wait_for(qr/text/);                  # that the SQL has printed
#   my ($rc, $out, $err) = $psql->finish;
#
# It stops at the first error, which stands in $err as 'ERROR:  SQLSTATE'.  The
# session stays open until finish().

package Background;

use strict;
use warnings FATAL => 'all';

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

1;
