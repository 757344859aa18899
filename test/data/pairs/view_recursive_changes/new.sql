CREATE TABLE node (id int PRIMARY KEY, parent int REFERENCES node);
CREATE RECURSIVE VIEW tree (id, depth, root) AS SELECT id, 0, id FROM node WHERE parent IS NULL UNION ALL SELECT n.id, depth + 1, root FROM node n JOIN tree t ON t.id = n.parent;
CREATE VIEW deep AS WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 5) SEARCH DEPTH FIRST BY n SET o CYCLE n SET c USING p SELECT n, c FROM r;
