# Objects that are in no schema: which of them are compared, that secrets stand
# nowhere, and that a model of them reaches nobody outside of the scratch.

use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use Background;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "autovacuum = off\nwal_level = logical\n");
$node->start;
my $version = $node->pg_version->major;

sub sql
{
	my ($sql) = @_;
	return $node->safe_psql('postgres', $sql);
}

# What a statement writes to standard error
sub messages
{
	my ($sql) = @_;
	my ($status, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\n$sql");
	return $err;
}

sub quoted
{
	my ($text) = @_;
	return "\$model\$$text\$model\$";
}

# The differences between a model and what is there
sub differences
{
	my ($model, $more) = @_;
	return sql("SELECT kind, identity, change FROM schemamig.diff(model => " . quoted($model) . ($more // '') . ') ORDER BY concat(kind, identity) COLLATE "C"');
}

# Writes a revision; returns both of its scripts
sub scripts
{
	my ($model) = @_;
	return sql("SELECT schemamig.autogenerate('x', model => " . quoted($model) . ') IS NOT NULL; '
		  . "SELECT upgrade || downgrade FROM schemamig.show('head')");
}

sql(<<'SQL');
SET client_min_messages = error;
CREATE EXTENSION schemamig;
CREATE SCHEMA app;
CREATE SCHEMA other;
CREATE TABLE app.t (a int PRIMARY KEY);
CREATE TABLE other.t (a int PRIMARY KEY);
CREATE TYPE other.ty AS (a int);
CREATE FUNCTION other.fire() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
SQL

# ---------------------------------------------------------------------------
# What has nothing to do with the model is left alone, without a word

my $app = "CREATE SCHEMA app; CREATE TABLE app.t (a int PRIMARY KEY);\n";
my $foreign = <<'SQL';
CREATE EVENT TRIGGER live_evt ON ddl_command_end WHEN TAG IN ('SECURITY LABEL') EXECUTE FUNCTION other.fire();
CREATE PUBLICATION live_pub FOR TABLE other.t;
CREATE FOREIGN DATA WRAPPER live_w;
CREATE SERVER live_s FOREIGN DATA WRAPPER live_w;
CREATE USER MAPPING FOR PUBLIC SERVER live_s OPTIONS (password 'sesame');
CREATE FOREIGN TABLE other.ft (a int) SERVER live_s;
CREATE CAST (other.ty AS text) WITH INOUT;
CREATE TRANSFORM FOR other.ty LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal));
CREATE TRUSTED LANGUAGE live_pl HANDLER plpgsql_call_handler;
CREATE FUNCTION other.f() RETURNS int LANGUAGE live_pl AS 'BEGIN RETURN 1; END';
CREATE ACCESS METHOD live_am TYPE TABLE HANDLER heap_tableam_handler;
CREATE TABLE other.in_am (a int) USING live_am;
ALTER DEFAULT PRIVILEGES IN SCHEMA other GRANT SELECT ON TABLES TO pg_monitor;
CREATE SUBSCRIPTION live_sub CONNECTION 'host=nowhere' PUBLICATION p WITH (connect = false, slot_name = NONE);
SQL
sql("SET client_min_messages = error; $foreign");
is(differences($app), '', 'what has nothing to do with a managed schema is left alone');
is(messages("SELECT count(*) FROM schemamig.diff(model => " . quoted($app) . ')'), '', 'without a warning');
my $made = differences(<<"SQL");
$app
CREATE FUNCTION app.fire() RETURNS event_trigger LANGUAGE plpgsql AS \$\$ BEGIN END \$\$;
CREATE EVENT TRIGGER evt ON sql_drop EXECUTE FUNCTION app.fire();
CREATE PUBLICATION pub FOR TABLE app.t;
CREATE FOREIGN DATA WRAPPER w;
CREATE SERVER s FOREIGN DATA WRAPPER w;
CREATE TYPE app.ty AS (a int);
CREATE CAST (app.ty AS text) WITH INOUT;
CREATE USER MAPPING FOR PUBLIC SERVER s;
ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO pg_monitor;
SQL
is( $made,
	join("\n", 'cast|(app.ty AS text)|create', 'composite|app.ty|create',
		'default privileges|FOR ROLE ' . sql('SELECT quote_ident(current_user)') . ' IN SCHEMA app ON TABLES|create',
		'event trigger|evt|create', 'foreign-data wrapper|w|create', 'function|app.fire()|create',
		'publication|pub|create', 'server|s|create', 'user mapping|FOR PUBLIC SERVER s|create'),
	'also where the model makes others like it: it belongs to a schema that is not managed');

# What belongs to no other schema is compared when the model makes such
sql('SET client_min_messages = error; CREATE PUBLICATION idle_pub; CREATE SERVER idle_s FOREIGN DATA WRAPPER live_w');
is(differences($app), '', 'what has to do with no schema is left alone');
is(differences("$app CREATE PUBLICATION idle_pub;"), '', 'one that the model makes is compared');
is(differences("$app CREATE PUBLICATION pub2;"),
	"publication|idle_pub|drop\npublication|pub2|create", 'and others that belong to nobody');
sql('DROP PUBLICATION idle_pub; DROP SERVER idle_s');

# What a managed schema uses, or is used by, is compared
sql(<<'SQL');
SET client_min_messages = error;
CREATE PUBLICATION all_pub FOR ALL TABLES;
CREATE PUBLICATION app_pub FOR TABLES IN SCHEMA app;
CREATE PUBLICATION both_pub FOR TABLE app.t, other.t;
CREATE FOREIGN DATA WRAPPER w;
CREATE SERVER s FOREIGN DATA WRAPPER w;
CREATE SERVER s2 FOREIGN DATA WRAPPER live_w;
CREATE USER MAPPING FOR PUBLIC SERVER s;
CREATE FOREIGN TABLE app.ft (a int) SERVER s;
CREATE FOREIGN TABLE app.ft2 (a int) SERVER s2;
CREATE FOREIGN TABLE app.ft3 (a int) SERVER live_s;
SQL
is( differences($app),
	join("\n", 'foreign table|app.ft|drop', 'foreign table|app.ft2|drop', 'foreign table|app.ft3|drop',
		'foreign-data wrapper|w|drop', 'publication|all_pub|drop', 'publication|app_pub|drop',
		'server|s|drop', 'server|s2|drop', 'user mapping|FOR PUBLIC SERVER s|drop'),
	'what belongs to a managed schema is compared, and what other schemas use as well is not');
sql('DROP PUBLICATION all_pub; DROP PUBLICATION app_pub; DROP PUBLICATION both_pub; '
	  . 'DROP SERVER s CASCADE; DROP SERVER s2 CASCADE; DROP FOREIGN DATA WRAPPER w; DROP FOREIGN TABLE app.ft3');

# What a model only uses is given
my $uses = "$app CREATE FOREIGN TABLE app.ft (a int) SERVER live_s;\n";
is(differences($uses), 'foreign table|app.ft|create', 'a server that the model does not make is not compared');
like(scripts($uses), qr/^CREATE FOREIGN TABLE app.ft/m, 'and can be used');
sql("SELECT count(*) FROM schemamig.upgrade(); SELECT schemamig.set_model('app', " . quoted($uses) . ')');
is(sql('SELECT kind, identity, change FROM schemamig.check()'), '', 'also by a model that is stored')
  for 1 .. 2;
is(differences("$uses CREATE USER MAPPING FOR pg_monitor SERVER live_s;"),
	"user mapping|FOR PUBLIC SERVER live_s|drop\nuser mapping|FOR pg_monitor SERVER live_s|create",
	'user mappings are compared where the model makes some of the same server');
sql("SELECT count(*) FROM schemamig.downgrade('base'); SELECT schemamig.drop_model('app'); "
	  . "SELECT schemamig.drop_revision('head')");

# It cannot be changed
for my $statement (
	"ALTER SERVER live_s OPTIONS (ADD a 'b')",
	'DROP PUBLICATION live_pub',
	'ALTER PUBLICATION live_pub ADD TABLE app.t',
	"COMMENT ON EVENT TRIGGER live_evt IS 'x'",
	'GRANT USAGE ON FOREIGN SERVER live_s TO pg_monitor',
	'ALTER LANGUAGE live_pl OWNER TO CURRENT_USER',
	'ALTER LANGUAGE live_pl RENAME TO x',
	"ALTER USER MAPPING FOR PUBLIC SERVER live_s OPTIONS (ADD a 'b')",
	'DROP CAST (other.ty AS text)',
	'DROP SUBSCRIPTION live_sub')
{
	like(messages("SELECT count(*) FROM schemamig.diff(model => " . quoted("$app$statement") . ')'),
		qr/ERROR:  0A000: .* is not part of the model/, "refused: $statement");
}

# Another schema says nothing about them
sql('CREATE SCHEMA next; CREATE TABLE next.t (a int PRIMARY KEY)');
is(sql("SELECT kind, identity, change FROM schemamig.diff(from_schema => 'next', schemas => '{app}')"),
	'', 'from_schema does not compare them');
sql('DROP SCHEMA next CASCADE');

# ---------------------------------------------------------------------------
# Secrets

my $secrets = <<"SQL";
$app
CREATE FOREIGN DATA WRAPPER w;
CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (host 'h', secret_key 'sesame1', uri 'http://u:sesame2\@h/');
CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS ("user" 'joe', password 'sesame3', token 'sesame4');
CREATE SUBSCRIPTION sub CONNECTION 'host=h  password = ''sesame5 x\\'' y'' dbname=d sslpassword=sesame6' PUBLICATION p;
CREATE SUBSCRIPTION uri CONNECTION 'postgresql://joe:sesame7\@h/d?sslpassword=sesame8&application_name=a' PUBLICATION p;
SQL
my $diff = sql("SELECT d FROM schemamig.diff(model => " . quoted($secrets) . ') d');
unlike($diff, qr/sesame/, 'no secret in the rows of diff()');
my $scripts = scripts($secrets);
unlike($scripts, qr/sesame/, 'no secret in the revision');
like($scripts, qr/^-- set by hand: ALTER SERVER s OPTIONS \(ADD secret_key '...', ADD uri '...'\);$/m, 'it says what is to be set of a server');
like($scripts, qr/^CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS \("user" 'joe'\);$/m, 'what is no secret is there');
like($scripts, qr/^-- set by hand: ALTER USER MAPPING FOR PUBLIC SERVER s OPTIONS \(ADD password '...', ADD token '...'\);$/m, 'of a user mapping');
like($scripts, qr/CONNECTION 'host=h  dbname=d' PUBLICATION p/, 'of a connection string');
like($scripts, qr/^-- set by hand: ALTER SUBSCRIPTION sub CONNECTION 'host=h  password=... dbname=d sslpassword=...';$/m, 'of a subscription');
like($scripts, qr{CONNECTION 'postgresql://joe\@h/d\?sslpassword=&application_name=a' PUBLICATION p}, 'of a URI');
unlike(sql('SELECT r::text FROM schemamig.revision r'), qr/sesame/, 'nor in the tables');
sql('SET client_min_messages = error; SELECT count(*) FROM schemamig.upgrade()');
is( differences($secrets),
	join("\n", 'server|s|alter: secret options', 'subscription|sub|alter: connection',
		'subscription|uri|alter: connection', 'user mapping|FOR PUBLIC SERVER s|alter: secret options'),
	'until it is set, that is a difference');
sql("ALTER USER MAPPING FOR PUBLIC SERVER s OPTIONS (ADD password 'sesame3', ADD token 'wrong')");
like(sql("SELECT upgrade_sql FROM schemamig.diff(model => " . quoted($secrets) . ") WHERE kind = 'user mapping'"),
	qr/^-- set by hand: ALTER USER MAPPING FOR PUBLIC SERVER s OPTIONS \(SET token '...'\);$/, 'a wrong one is noticed');
sql(<<'SQL');
ALTER USER MAPPING FOR PUBLIC SERVER s OPTIONS (SET token 'sesame4');
ALTER SERVER s OPTIONS (ADD secret_key 'sesame1', ADD uri 'http://u:sesame2@h/');
ALTER SUBSCRIPTION sub CONNECTION 'host=h  password = ''sesame5 x\'' y'' dbname=d sslpassword=sesame6';
ALTER SUBSCRIPTION uri CONNECTION 'postgresql://joe:sesame7@h/d?sslpassword=sesame8&application_name=a';
SQL
is(differences($secrets), '', 'when all are set, nothing differs');
(my $fewer = $secrets) =~ s/, token 'sesame4'//;
is(sql("SELECT upgrade_sql FROM schemamig.diff(model => " . quoted($fewer) . ')'),
	'ALTER USER MAPPING FOR PUBLIC SERVER s OPTIONS (DROP token);', 'one that is gone can be dropped');
sql("SELECT schemamig.autogenerate('no token', model => " . quoted($fewer) . ')');
sql("SET client_min_messages = error; SELECT count(*) FROM schemamig.upgrade(); SELECT count(*) FROM schemamig.downgrade('base')");
is(sql('SELECT count(*) FROM pg_subscription'), '1', 'subscriptions can be dropped although they have slots');
sql("SELECT schemamig.drop_revision('heads')") for 1 .. 2;

# ---------------------------------------------------------------------------
# A model reaches nobody

my $evt = <<"SQL";
$app
CREATE FUNCTION app.fire() RETURNS event_trigger LANGUAGE plpgsql AS \$\$ BEGIN RAISE 'fired'; END \$\$;
CREATE EVENT TRIGGER evt_start ON ddl_command_start EXECUTE FUNCTION app.fire();
CREATE EVENT TRIGGER evt_end ON ddl_command_end EXECUTE FUNCTION app.fire();
CREATE TABLE app.after (a int);
DROP TABLE app.after;
SQL
is(differences($evt), "event trigger|evt_end|create\nevent trigger|evt_start|create\nfunction|app.fire()|create",
	'event triggers of the model do not fire for it');

SKIP:
{
	skip 'no event triggers for logins', 1 if $version < 17;
	my $login = <<"SQL";
$app
CREATE FUNCTION app.fire() RETURNS event_trigger LANGUAGE plpgsql AS \$\$ BEGIN END \$\$;
CREATE EVENT TRIGGER evt ON login EXECUTE FUNCTION app.fire();
ALTER EVENT TRIGGER evt ENABLE ALWAYS;
SQL
	is(sql("SELECT count(*) FROM schemamig.diff(model => " . quoted($login) . "); SELECT count(*) FROM pg_locks WHERE locktype = 'object' AND classid = 'pg_database'::regclass AND mode = 'AccessExclusiveLock'"),
		"2\n0", 'no session has to wait for an event trigger for logins');
	is(sql('SELECT dathasloginevt FROM pg_database WHERE datname = current_database()'), 'f', 'which has left nothing');
}

is(differences("$app CREATE SUBSCRIPTION far CONNECTION 'host=192.0.2.1 connect_timeout=60' PUBLICATION p WITH (slot_name = x, copy_data = true, enabled = true); ALTER SUBSCRIPTION far ADD PUBLICATION p2; ALTER SUBSCRIPTION far ENABLE;"),
	"subscription|far|create\nsubscription|live_sub|drop", 'a subscription of the model does not connect');
is(sql("SELECT count(*) FROM pg_subscription WHERE subname <> 'live_sub'"), '0', 'and is not there afterwards');
is(sql('SELECT count(*) FROM pg_replication_origin'), '1', 'nor is its origin');

# Names that are taken
is(differences("$app CREATE SERVER live_s FOREIGN DATA WRAPPER live_w OPTIONS (a 'b');"),
	"server|live_s|alter: options\nuser mapping|FOR PUBLIC SERVER live_s|drop", 'a live server gives way to that of the model');
is( differences(<<"SQL"), 'event trigger|live_evt|replace', 'so does an event trigger');
$app
CREATE EVENT TRIGGER live_evt ON ddl_command_end EXECUTE FUNCTION other.fire();
SQL

# ---------------------------------------------------------------------------
# Replay

sql("SELECT schemamig.revision('made', upgrade => \$s\$SET client_min_messages = error; CREATE SCHEMA made; CREATE TABLE made.t (a int); CREATE PUBLICATION mine FOR TABLE made.t; "
	  . "ALTER PUBLICATION live_pub SET (publish = 'insert'); "
	  . "CREATE SUBSCRIPTION sub CONNECTION 'host=192.0.2.1' PUBLICATION p WITH (connect = false);\$s\$)");
sql('SELECT count(*) FROM schemamig.upgrade()');
is(sql("SELECT kind, identity, change FROM schemamig.drift(schemas => '{made}', include => '{publication,publication table,subscription:sub}')"),
	'', 'drift() knows what revisions have made');
sql('ALTER PUBLICATION mine DROP TABLE made.t');
is(sql("SELECT kind, identity, change FROM schemamig.drift(schemas => '{made}', include => '{publication,publication table}')"),
	'publication table|mine TABLE made.t|create', 'and what somebody has done to it');

# ---------------------------------------------------------------------------
# An ordinary role

sql(<<'SQL');
CREATE ROLE regress_joe LOGIN;
GRANT USAGE ON SCHEMA schemamig TO regress_joe;
GRANT EXECUTE ON FUNCTION schemamig.diff TO regress_joe;
GRANT USAGE ON FOREIGN DATA WRAPPER live_w TO regress_joe;
CREATE SCHEMA joes AUTHORIZATION regress_joe;
SQL
if ($version >= 16)
{
	sql('GRANT pg_create_subscription TO regress_joe');
}
my $as_joe = 'SET SESSION AUTHORIZATION regress_joe;';
sql('GRANT CREATE ON DATABASE postgres TO regress_joe');
my $joes = <<'SQL';
CREATE SCHEMA joes;
CREATE SERVER joes_s FOREIGN DATA WRAPPER live_w;
CREATE USER MAPPING FOR CURRENT_USER SERVER joes_s OPTIONS (password 'sesame');
CREATE FOREIGN TABLE joes.ft (a int) SERVER joes_s;
ALTER DEFAULT PRIVILEGES IN SCHEMA joes GRANT SELECT ON TABLES TO pg_monitor;
CREATE PUBLICATION joes_p;
SQL
is( join("\n", sort split /\n/, sql($as_joe . 'SELECT kind, identity, change FROM schemamig.diff(model => ' . quoted($joes) . ", exclude => '{publication:mine}')")),
	join("\n", 'default privileges|FOR ROLE regress_joe IN SCHEMA joes ON TABLES|create', 'foreign table|joes.ft|create',
		'publication|joes_p|create', 'server|joes_s|create', 'user mapping|FOR regress_joe SERVER joes_s|create'),
	'an ordinary role can compare what it may make');
unlike(sql($as_joe . 'SELECT d FROM schemamig.diff(model => ' . quoted($joes) . ') d'), qr/sesame/, 'also without secrets');
like(messages($as_joe . 'SELECT * FROM schemamig.diff(model => ' . quoted("CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p") . ')'),
	qr/ERROR:  0A000: CREATE SUBSCRIPTION is not allowed in a model/, 'but no subscriptions');
like(messages($as_joe . 'SELECT * FROM schemamig.diff(model => ' . quoted("CREATE SCHEMA joes; CREATE FUNCTION joes.f() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER e ON sql_drop EXECUTE FUNCTION joes.f()") . ')'),
	qr/ERROR:  42501: permission denied to create event trigger/, 'nor what it may not make');

# ---------------------------------------------------------------------------
# The baseline has all of them

sql('DROP EXTENSION schemamig CASCADE; DROP SUBSCRIPTION IF EXISTS nothing; CREATE EXTENSION schemamig');
sql("ALTER SUBSCRIPTION sub SET (slot_name = NONE); DROP SUBSCRIPTION sub; SET client_min_messages = error; SELECT schemamig.baseline('all')");
my $baseline = sql("SELECT upgrade FROM schemamig.show('head')");
for my $what ('EVENT TRIGGER live_evt', 'PUBLICATION live_pub', 'PUBLICATION mine', 'SERVER live_s', 'LANGUAGE live_pl',
	'ACCESS METHOD live_am', 'SUBSCRIPTION live_sub', 'CAST (other.ty AS text)', 'TRANSFORM FOR other.ty LANGUAGE sql')
{
	like($baseline, qr/^CREATE (?:TRUSTED )?\Q$what\E/m, "baseline() has $what");
}
unlike($baseline, qr/sesame/, 'and no secret');

done_testing();
