-- what check() finds in a database that is as the model says
\set text `cat :'file'`
SELECT kind, identity, change, upgrade_sql FROM schemamig.check(:'text');
