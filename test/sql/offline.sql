-- Scripts for other databases; test/t/ runs such scripts
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on

SELECT schemamig.revision('first', $$
-- the table
CREATE TABLE a (i int) -- no semicolon here
;;
SET LOCAL search_path = public; SET "my.setting" = 1;
INSERT INTO a VALUES (:'number') /* nor here */
$$, 'DROP TABLE a', 'SELECT count(*) = :''number'' FROM a -- counts
; TABLE a; SELECT 1, false', rev_id => 'a1');
SELECT schemamig.revision('says nothing', rev_id => 'a2', downgrade => '-- nothing');
SELECT schemamig.revision('beside it', 'SELECT '';''', 'SELECT $$;$$;', rev_id => 'it''s', head => '{a1}', splice => true);
SELECT schemamig.merge(rev_id => 'm1', message => 'both' || chr(10) || '\! rm -rf');

SELECT schemamig.upgrade_sql('a1');
SELECT schemamig.upgrade_sql('a1:a2', '{"number": 1}');
SELECT schemamig.upgrade_sql('a1', '{}');
\echo :SQLSTATE
SELECT schemamig.upgrade_sql('a2:heads');
SELECT schemamig.downgrade_sql('heads:a2');
SELECT schemamig.upgrade_sql('head:head');

-- a script cannot make psql read the next statement in another way
SELECT schemamig.edit('a2', upgrade => $$SELECT set_config('standard_conforming_strings', 'off', false);
SELECT 'a\' || '\! date
';$$);
SELECT schemamig.upgrade_sql('a1:a2');

SELECT schemamig.downgrade_sql('a1');
\echo :SQLSTATE
SELECT schemamig.downgrade_sql('base:head');
\echo :SQLSTATE
SELECT schemamig.upgrade_sql('nowhere');
\echo :SQLSTATE
SELECT schemamig.upgrade_sql('a:b:c');
\echo :SQLSTATE
SELECT schemamig.edit('a2', irreversible => true, upgrade => 'VACUUM');
SELECT schemamig.upgrade_sql();
\echo :SQLSTATE
SELECT schemamig.downgrade_sql('head:base');
\echo :SQLSTATE

DROP EXTENSION schemamig;
CREATE EXTENSION schemamig;
