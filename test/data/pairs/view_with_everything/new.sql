CREATE TABLE t (id int PRIMARY KEY, a int, b text, at timestamptz);
CREATE VIEW v AS
	WITH x AS MATERIALIZED (SELECT id, a FROM t WHERE b LIKE 'a\_%' ESCAPE '\')
	SELECT t.id, x.a, row_number() OVER w AS rn, count(*) FILTER (WHERE t.a > 0) OVER (PARTITION BY t.a) AS c,
		CASE WHEN t.b IS NULL THEN 'none'::text ELSE t.b END AS b, ARRAY(SELECT g FROM generate_series(1, 3) AS g) AS arr,
		l.z, t.at AT TIME ZONE 'UTC' AS at, (t.*)::text AS whole, coalesce(t.a, 0) AS "coalesce", GROUPING_x.k
	FROM t LEFT JOIN x ON x.id = t.id
		CROSS JOIN LATERAL (SELECT t.a + 1 AS z) AS l
		JOIN (VALUES (1, 'x'), (2, 'y')) AS grouping_x (k, s) ON true
	WHERE EXISTS (SELECT FROM t AS u WHERE u.id = t.id) AND t.a = ANY (ARRAY[1, 2, 3])
	WINDOW w AS (PARTITION BY t.b ORDER BY t.id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW);
CREATE VIEW agg AS SELECT a, b, sum(id) AS s, string_agg(b, ',' ORDER BY id DESC) AS l FROM t GROUP BY GROUPING SETS ((a), (a, b), ()) HAVING count(*) > 1 ORDER BY 1 NULLS FIRST LIMIT 10;
CREATE VIEW sets AS SELECT id FROM t EXCEPT ALL (SELECT a FROM t INTERSECT SELECT id FROM t) UNION SELECT 7;
CREATE VIEW pk AS SELECT id, a, b, max(at) AS m FROM t GROUP BY id;
