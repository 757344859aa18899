\set text `cat :'file'`
SELECT schemamig.import_script(:'text', 'native', 'baseline.sql');
