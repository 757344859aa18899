-- Hooks: functions that every run calls
SET client_min_messages = warning;

CREATE TABLE hook_log (id serial, argument jsonb);
CREATE SCHEMA "Hook Schema";
CREATE FUNCTION "Hook Schema".note(jsonb) RETURNS void LANGUAGE sql AS
	'INSERT INTO public.hook_log (argument) VALUES ($1)';
CREATE FUNCTION hook_veto(jsonb) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	IF $1->>'revision' = 'h2' THEN
		RAISE 'not on a Friday';
	END IF;
	RETURN 'go on';
END $$;
CREATE FUNCTION hook_wrong(text) RETURNS void LANGUAGE sql AS '';
CREATE FUNCTION hook_set(jsonb) RETURNS SETOF int LANGUAGE sql AS 'SELECT 1';

SELECT schemamig.register_hook('before_step', '"Hook Schema".note(jsonb)');
SELECT schemamig.register_hook('after_step', '"Hook Schema".note(jsonb)');
SELECT schemamig.register_hook('after_run', '"Hook Schema".note(jsonb)');
SELECT event, function, registered_by = current_user AS by_me FROM schemamig.hook ORDER BY event COLLATE "C";

SELECT schemamig.register_hook('after_run', '"Hook Schema".note(jsonb)');
\echo :SQLSTATE
SELECT schemamig.register_hook('after_lunch', 'hook_veto(jsonb)');
\echo :SQLSTATE
SELECT schemamig.register_hook('after_run', 'hook_wrong(text)');
\echo :SQLSTATE
SELECT schemamig.register_hook('after_run', 'hook_set(jsonb)');
\echo :SQLSTATE
SELECT schemamig.register_hook('after_run', 0);
\echo :SQLSTATE

SELECT schemamig.revision('first', rev_id => 'h1', downgrade => '');
SELECT schemamig.revision('with "quotes"', rev_id => 'h2', downgrade => '');
SELECT revision FROM schemamig.upgrade();
SELECT revision FROM schemamig.downgrade(1);
SELECT argument - 'run' AS argument, argument ? 'run' AS run FROM hook_log ORDER BY id;

-- a hook can stop a run
SELECT schemamig.register_hook('before_step', 'hook_veto(jsonb)');
SELECT revision FROM schemamig.upgrade();
\echo :SQLSTATE
SELECT revision FROM schemamig.current();

-- a hook that is gone does so too, and says how to go on
DROP FUNCTION hook_veto;
SELECT revision FROM schemamig.upgrade();
\echo :SQLSTATE
SELECT problem, detail FROM schemamig.validate();
SELECT schemamig.unregister_hook('before_step', 'public.hook_veto(jsonb)');
SELECT schemamig.unregister_hook('before_step', 'public.hook_veto');
SELECT revision FROM schemamig.upgrade();

-- a hook cannot change what is run
CREATE FUNCTION hook_nested(jsonb) RETURNS void LANGUAGE sql AS 'SELECT schemamig.stamp(''base'')';
SELECT schemamig.register_hook('after_run', 'hook_nested(jsonb)');
SELECT revision FROM schemamig.downgrade('base');
\echo :SQLSTATE

DROP EXTENSION schemamig;
DROP TABLE hook_log;
DROP SCHEMA "Hook Schema" CASCADE;
DROP FUNCTION hook_wrong, hook_set, hook_nested;
CREATE EXTENSION schemamig;
