\set text `cat :'file'`
SELECT schemamig.autogenerate('again', :'text');
