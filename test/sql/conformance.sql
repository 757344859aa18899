--
-- Conformance with Alembic: the answers that it gave itself in some thousand
-- cases, against ours.  What the files hold is said in
-- test/data/conformance/README.
--
-- Each case runs in a subtransaction of its own, on top of one that has its
-- applied set and one that has its graph, and all of them are rolled back;
-- so a graph is created once for all its cases.
--
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\set directory :abs_srcdir '/data/conformance'
\set cases 'gzip -dc "' :directory '/cases.jsonl.gz"'
\set reasons :directory '/reasons.tsv'
\set deviations :directory '/deviations.tsv'

SET client_min_messages = warning;

BEGIN;
CREATE SCHEMA conformance;
SET LOCAL search_path = conformance;

--
-- The files
--

CREATE TABLE line (doc jsonb NOT NULL);
COPY line FROM PROGRAM :'cases' (FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02');

CREATE TABLE reason (reason text PRIMARY KEY, meaning text NOT NULL);
COPY reason FROM :'reasons' (FORMAT csv, HEADER, QUOTE E'\x01', DELIMITER E'\t');

CREATE TABLE deviation (id text PRIMARY KEY, reason text NOT NULL REFERENCES reason, ours text NOT NULL);
COPY deviation FROM :'deviations' (FORMAT csv, HEADER, QUOTE E'\x01', DELIMITER E'\t');

CREATE TABLE cases AS
SELECT doc->>'id' AS id, doc->'graph' AS graph, doc->'current' AS current, doc->>'op' AS op,
	doc->'target' AS target, COALESCE(doc->'opts', '{}') AS opts, doc->'expect' AS expect
FROM line;

-- What came of each case: both sides in the same form
CREATE TABLE result (id text PRIMARY KEY, want jsonb, got jsonb NOT NULL);
CREATE TYPE outcome AS (id text, want jsonb, got jsonb);

--
-- The graph of the case that is running, and what its scripts do
--

-- depends holds identifiers, where the case may have labels
CREATE TABLE node (rev text PRIMARY KEY, n bigint, down text[], labels text[], depends text[]);
-- The transitive closure of down and depends
CREATE TABLE needs (rev text, need text, PRIMARY KEY (rev, need));
-- Revisions whose upgrade script has run, and scripts in the order they ran
CREATE TABLE present (rev text PRIMARY KEY);
CREATE TABLE ran (n bigint GENERATED ALWAYS AS IDENTITY, direction text, rev text);

-- As a set
CREATE FUNCTION sorted(items text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE
RETURN (SELECT COALESCE(array_agg(DISTINCT i ORDER BY i), '{}') FROM (SELECT u COLLATE "C" AS i FROM unnest(items) u) l);

CREATE FUNCTION texts(list jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE
RETURN ARRAY(SELECT i FROM jsonb_array_elements_text(list) WITH ORDINALITY AS l(i, n) ORDER BY n);

CREATE FUNCTION identifier(name text) RETURNS text
LANGUAGE sql STABLE
RETURN COALESCE((SELECT rev FROM node WHERE name = ANY (labels)), name);

CREATE FUNCTION identifiers(names text[]) RETURNS text[]
LANGUAGE sql STABLE
RETURN ARRAY(SELECT identifier(i) FROM unnest(names) WITH ORDINALITY AS l(i, n) ORDER BY n);

-- All that the given revisions need, themselves included
CREATE FUNCTION closure(revs text[]) RETURNS text[]
LANGUAGE sql STABLE
RETURN sorted(revs || ARRAY(SELECT need FROM needs WHERE rev = ANY (revs)));

-- Those of the given revisions that no other of them needs
CREATE FUNCTION maximal(revs text[]) RETURNS text[]
LANGUAGE sql STABLE
RETURN sorted(ARRAY(SELECT r FROM unnest(revs) r
	WHERE NOT EXISTS (SELECT FROM needs WHERE need = r AND rev = ANY (revs) AND rev <> r)));

-- Creates the graph.  Revisions go through schemamig.revision(), parents
-- first; what cannot, because of a cycle or a missing parent, goes straight
-- into the tables.
CREATE PROCEDURE enter_graph(graph jsonb)
LANGUAGE plpgsql AS $$
DECLARE
	r node;
	up text;
	undo text;
BEGIN
	INSERT INTO node (rev, n, down, labels, depends)
	SELECT g->>'rev', n, texts(g->'down'), texts(g->'labels'), texts(g->'depends')
	FROM jsonb_array_elements(graph) WITH ORDINALITY AS l(g, n);
	UPDATE node SET depends = identifiers(depends);
	INSERT INTO needs
	WITH RECURSIVE edge AS (
		SELECT rev, unnest(down || depends) AS need FROM node
	), path AS (
		SELECT * FROM edge
		UNION
		SELECT path.rev, edge.need FROM path JOIN edge ON edge.rev = path.need
	)
	SELECT rev, need FROM path;

	LOOP
		SELECT * INTO r FROM node
		WHERE NOT EXISTS (SELECT FROM schemamig.revision WHERE revision = rev)
		ORDER BY EXISTS (SELECT FROM unnest(down || depends) AS p
			WHERE NOT EXISTS (SELECT FROM schemamig.revision WHERE revision = p)), n
		LIMIT 1;
		EXIT WHEN NOT FOUND;
		up := format(E'INSERT INTO conformance.present VALUES (%1$L);\n'
			'INSERT INTO conformance.ran (direction, rev) VALUES (''upgrade'', %1$L);', r.rev);
		undo := format(E'DELETE FROM conformance.present WHERE rev = %1$L;\n'
			'INSERT INTO conformance.ran (direction, rev) VALUES (''downgrade'', %1$L);', r.rev);
		IF EXISTS (SELECT FROM unnest(r.down || r.depends) AS p
			WHERE NOT EXISTS (SELECT FROM schemamig.revision WHERE revision = p)) THEN
			INSERT INTO schemamig.revision (revision, message, branch_labels, upgrade, downgrade,
				checksum, token_checksum, authors, created_at)
			VALUES (r.rev, 'conformance', r.labels, up, undo, '', '', ARRAY[current_user], now());
			INSERT INTO schemamig.revision_edge
			SELECT r.rev, 'down', n, p FROM unnest(r.down) WITH ORDINALITY AS l(p, n)
			UNION ALL
			SELECT r.rev, 'depends', n, p FROM unnest(r.depends) WITH ORDINALITY AS l(p, n);
		ELSE
			PERFORM schemamig.revision('conformance', up, undo, rev_id => r.rev,
				head => CASE WHEN r.down = '{}' THEN '{base}' ELSE r.down END, splice => true,
				branch_labels => r.labels, depends_on => r.depends);
		END IF;
	END LOOP;
END $$;

-- Makes the applied set be what those version rows stand for.  Rows that
-- Alembic may find in its table and that ours cannot hold are tried there.
CREATE PROCEDURE enter_state(current text[])
LANGUAGE plpgsql AS $$
DECLARE
	rows text[];
BEGIN
	IF array_length(current, 1) <> (SELECT count(*) FROM node WHERE rev = ANY (current)) THEN
		INSERT INTO schemamig.applied
		SELECT '', row, now(), current_user, 0, '', '' FROM unnest(current) row;
	END IF;
	rows := schemamig.stamp(CASE WHEN current = '{}' THEN '{base}' ELSE current END);
	INSERT INTO present SELECT revision FROM schemamig.applied;
	IF sorted(rows) <> maximal(closure(current))
		OR closure(current) <> sorted(ARRAY(SELECT rev FROM present)) THEN
		RAISE 'stamp of % gave %, version rows %', current, (SELECT array_agg(rev) FROM present), rows
			USING ERRCODE = 'internal_error';
	END IF;
END $$;

-- Settings that no call may leave changed
CREATE FUNCTION settings() RETURNS text[]
LANGUAGE sql VOLATILE
RETURN ARRAY[current_user, current_setting('role'), current_setting('search_path'),
	current_setting('client_min_messages'), current_setting('lock_timeout'),
	current_setting('check_function_bodies'), current_setting('default_tablespace')];

-- All that a failed call must leave as it was
CREATE FUNCTION state() RETURNS jsonb
LANGUAGE sql VOLATILE
RETURN jsonb_build_array(
	ARRAY(SELECT revision FROM schemamig.applied ORDER BY revision),
	(SELECT count(*) FROM schemamig.revision),
	(SELECT count(*) FROM schemamig.revision_edge),
	(SELECT count(*) FROM schemamig.run),
	(SELECT count(*) FROM schemamig.run_step),
	(SELECT count(*) FROM ran),
	ARRAY(SELECT rev FROM present ORDER BY rev),
	settings());

--
-- Both sides in one form, in which sets are sorted arrays
--

CREATE FUNCTION revision_row(rev text, down text[], deps text[], labels text[], flags text[]) RETURNS jsonb
LANGUAGE sql STABLE
RETURN jsonb_build_object('rev', rev, 'down', sorted(down), 'deps', sorted(identifiers(deps)),
	'labels', sorted(labels), 'flags', sorted(flags));

-- Our flags in Alembic's words
CREATE FUNCTION alembic_flags(flags text[], indicate_current boolean) RETURNS text[]
LANGUAGE sql IMMUTABLE
RETURN ARRAY(SELECT CASE f WHEN 'real_head' THEN 'head' WHEN 'head' THEN 'effective head'
		WHEN 'branch_point' THEN 'branchpoint' WHEN 'merge_point' THEN 'mergepoint' ELSE f END
	FROM unnest(flags) f
	WHERE NOT (f = 'head' AND 'real_head' = ANY (flags)) AND (f <> 'current' OR indicate_current));

CREATE FUNCTION sorted_rows(items jsonb[]) RETURNS jsonb
LANGUAGE sql IMMUTABLE
RETURN (SELECT COALESCE(jsonb_agg(r ORDER BY r->>'rev' COLLATE "C"), '[]') FROM unnest(items) r);

-- What Alembic did; NULL for an error
CREATE FUNCTION want(op text, e jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN CASE
		WHEN e ? 'error' THEN NULL
		WHEN op IN ('upgrade', 'downgrade', 'upgrade_sql', 'downgrade_sql') THEN
			jsonb_build_object(
				'steps', sorted(ARRAY(SELECT s->>1 FROM jsonb_array_elements(e->'steps') s)),
				'version', sorted(texts(e->'heads_after')))
		WHEN op = 'stamp' THEN
			jsonb_build_object('version', sorted(texts(e->'heads_after')))
		WHEN op IN ('heads', 'current', 'history') THEN
			jsonb_strip_nulls(jsonb_build_object(
				'rows', sorted_rows(ARRAY(SELECT revision_row(r->>'rev', texts(r->'down'),
						texts(r->'deps'), texts(r->'labels'), texts(r->'flags'))
					FROM jsonb_array_elements(e->'rows') r)),
				'real_heads', CASE WHEN e ? 'resolve_dependencies' THEN sorted(texts(e->'resolve_dependencies')) END,
				'at_heads', e->'check_heads'))
		WHEN op = 'branches' THEN
			jsonb_build_object('rows', sorted_rows(ARRAY(
				SELECT jsonb_build_object('rev', r->>'rev', 'into', sorted(texts(r->'into')))
				FROM jsonb_array_elements(e->'branchpoints') r)))
		WHEN op = 'resolve' THEN
			jsonb_build_object('revs', sorted(texts(e->'revs')))
		WHEN op = 'load' THEN
			jsonb_build_object('heads', sorted(texts(e->'heads')), 'real_heads', sorted(texts(e->'real_heads')),
				'bases', sorted(texts(e->'bases')), 'real_bases', sorted(texts(e->'real_bases')))
		WHEN op IN ('revision', 'merge') THEN
			jsonb_build_object('down', sorted(texts(e->'new'->'down')), 'labels', sorted(texts(e->'new'->'labels')),
				'depends', sorted(identifiers(texts(e->'new'->'depends'))), 'heads', sorted(texts(e->'heads')))
	END;
END $$;

-- What plan() announces for it, or the SQLSTATE of its error
CREATE FUNCTION announced(op text, target jsonb) RETURNS text[]
LANGUAGE plpgsql AS $$
BEGIN
	IF jsonb_typeof(target) = 'array' THEN
		RETURN ARRAY(SELECT direction || ' ' || revision FROM schemamig.plan(texts(target), op));
	ELSE
		RETURN ARRAY(SELECT direction || ' ' || revision FROM schemamig.plan(target#>>'{}', op));
	END IF;
EXCEPTION WHEN OTHERS THEN
	RETURN ARRAY[SQLSTATE];
END $$;

-- Runs up or down, and checks what ran against what was reported
CREATE FUNCTION run_steps(op text, target jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
	announced text[] := announced(op, target);
	steps text[];
	result jsonb;
BEGIN
	BEGIN
		IF op = 'downgrade' THEN
			steps := ARRAY(SELECT direction || ' ' || revision FROM schemamig.downgrade(target#>>'{}'));
		ELSIF jsonb_typeof(target) = 'array' THEN
			steps := ARRAY(SELECT direction || ' ' || revision FROM schemamig.upgrade(texts(target)));
		ELSE
			steps := ARRAY(SELECT direction || ' ' || revision FROM schemamig.upgrade(target#>>'{}'));
		END IF;
	EXCEPTION WHEN OTHERS THEN
		IF announced <> ARRAY[SQLSTATE] THEN
			RAISE 'plan() announced %, but %', announced, SQLERRM USING ERRCODE = 'internal_error';
		END IF;
		RAISE;
	END;
	result := jsonb_build_object(
		'steps', sorted(ARRAY(SELECT rev FROM ran)),
		'version', sorted(ARRAY(SELECT revision FROM schemamig.version)));
	IF steps <> ARRAY(SELECT direction || ' ' || rev FROM ran ORDER BY n) THEN
		result := result || jsonb_build_object('fault', 'steps reported are not those that ran: ' || steps::text);
	ELSIF steps <> announced THEN
		result := result || jsonb_build_object('fault', 'plan() announced ' || announced::text);
	ELSIF sorted(ARRAY(SELECT revision FROM schemamig.applied)) <> sorted(ARRAY(SELECT rev FROM present)) THEN
		result := result || jsonb_build_object('fault', 'applied set is not what ran');
	ELSIF EXISTS (SELECT FROM ran WHERE direction <> op) THEN
		result := result || jsonb_build_object('fault', 'wrong direction');
	ELSIF EXISTS (SELECT FROM ran a JOIN ran b ON CASE op WHEN 'upgrade' THEN a.n > b.n ELSE a.n < b.n END
			JOIN needs ON needs.rev = b.rev AND needs.need = a.rev) THEN
		result := result || jsonb_build_object('fault', 'order is not topological: ' || steps::text);
	ELSIF EXISTS (SELECT FROM needs JOIN present USING (rev)
			WHERE NOT EXISTS (SELECT FROM present p WHERE p.rev = needs.need)) THEN
		result := result || jsonb_build_object('fault', 'applied set is not closed');
	END IF;
	RETURN result;
END $$;

-- Has the script written, and runs it where Alembic's began, if it did
CREATE FUNCTION run_script(op text, target text, e jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
	script text;
	steps text[];
	moved text[];
	start text[];
	result jsonb;
BEGIN
	IF op = 'upgrade_sql' THEN
		script := schemamig.upgrade_sql(target);
	ELSE
		script := schemamig.downgrade_sql(target);
	END IF;
	steps := ARRAY(SELECT m[1] FROM regexp_matches(script, CASE op
		WHEN 'upgrade_sql' THEN '^-- Running upgrade .*-> (.*), conformance$'
		ELSE '^-- Running downgrade (.*) -> .*, conformance$' END, 'gn') m);
	IF e ? 'error' THEN
		RETURN jsonb_build_object('steps', steps);
	END IF;
	start := closure(texts(e->'heads_after'));
	moved := ARRAY(SELECT s->>1 FROM jsonb_array_elements(e->'steps') s);
	IF op = 'upgrade_sql' THEN
		start := ARRAY(SELECT unnest(start) EXCEPT SELECT unnest(moved));
	ELSE
		start := start || moved;
	END IF;

	DELETE FROM present;
	INSERT INTO present SELECT unnest(start);
	CREATE TABLE public.alembic_version (
		version_num VARCHAR(32) NOT NULL CONSTRAINT alembic_version_pkc PRIMARY KEY
	);
	INSERT INTO public.alembic_version SELECT unnest(maximal(start));
	EXECUTE script;
	result := jsonb_build_object(
		'steps', sorted(ARRAY(SELECT rev FROM ran)),
		'version', sorted(ARRAY(SELECT version_num FROM public.alembic_version)));
	IF steps <> ARRAY(SELECT rev FROM ran ORDER BY n) THEN
		result := result || jsonb_build_object('fault', 'steps announced are not those that ran: ' || steps::text);
	ELSIF EXISTS (SELECT FROM ran a JOIN ran b ON CASE op WHEN 'upgrade_sql' THEN a.n > b.n ELSE a.n < b.n END
			JOIN needs ON needs.rev = b.rev AND needs.need = a.rev) THEN
		result := result || jsonb_build_object('fault', 'order is not topological: ' || steps::text);
	ELSIF (result->'version') <> to_jsonb(maximal(ARRAY(SELECT rev FROM present))) THEN
		result := result || jsonb_build_object('fault', 'version rows are not what ran');
	END IF;
	RETURN result;
END $$;

CREATE FUNCTION read_history(range text, indicate_current boolean) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
	revs text[];
	result jsonb;
BEGIN
	SELECT jsonb_build_object('rows', sorted_rows(array_agg(
			revision_row(revision, down_revisions, depends_on, branch_labels, alembic_flags(flags, indicate_current))))),
		array_agg(revision)
	INTO result, revs
	FROM schemamig.history(range);
	IF EXISTS (SELECT FROM unnest(revs) WITH ORDINALITY AS a(rev, n)
		JOIN unnest(revs) WITH ORDINALITY AS b(rev, n) ON a.n < b.n
		JOIN needs ON needs.rev = b.rev AND needs.need = a.rev) THEN
		result := result || jsonb_build_object('fault', 'not newest first: ' || revs::text);
	END IF;
	RETURN result;
END $$;

CREATE FUNCTION read_current() RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
	result jsonb;
BEGIN
	SELECT jsonb_build_object('rows', sorted_rows(array_agg(
		revision_row(revision, down_revisions, depends_on, branch_labels, alembic_flags(flags, false)))))
	INTO result
	FROM schemamig.current();
	BEGIN
		PERFORM schemamig.current(check_heads => true);
		RETURN result || '{"at_heads": true}';
	EXCEPTION WHEN SQLSTATE 'SM001' THEN
		RETURN result || '{"at_heads": false}';
	END;
END $$;

CREATE FUNCTION read_load() RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
	problems text[] := ARRAY(SELECT problem || ' ' || detail FROM schemamig.validate());
	result jsonb;
BEGIN
	result := jsonb_build_object(
		'heads', sorted(ARRAY(SELECT revision FROM schemamig.heads())),
		'real_heads', sorted(ARRAY(SELECT revision FROM schemamig.history() WHERE 'real_head' = ANY (flags))),
		'bases', sorted(ARRAY(SELECT revision FROM schemamig.history() WHERE down_revisions = '{}')),
		'real_bases', sorted(ARRAY(SELECT revision FROM schemamig.history()
			WHERE down_revisions = '{}' AND depends_on = '{}')));
	IF problems <> '{}' THEN
		result := result || jsonb_build_object('fault', 'problems of a valid graph: ' || problems::text);
	END IF;
	RETURN result;
EXCEPTION WHEN OTHERS THEN
	IF problems = '{}' THEN
		RETURN jsonb_build_object('fault', 'validate() finds nothing');
	END IF;
	RAISE;
END $$;

CREATE FUNCTION read_new(rev text) RETURNS jsonb
LANGUAGE sql
RETURN jsonb_build_object(
	'down', sorted(ARRAY(SELECT parent FROM schemamig.revision_edge WHERE revision = rev AND kind = 'down')),
	'labels', sorted((SELECT branch_labels FROM schemamig.revision WHERE revision = rev)),
	'depends', sorted(ARRAY(SELECT parent FROM schemamig.revision_edge WHERE revision = rev AND kind = 'depends')),
	'heads', sorted(ARRAY(SELECT revision FROM schemamig.heads())));

CREATE FUNCTION call_op(op text, target jsonb, opts jsonb, e jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
	target_text text := target#>>'{}';
	list text[] := CASE jsonb_typeof(target) WHEN 'array' THEN texts(target) WHEN 'string' THEN ARRAY[target_text] END;
	rev_id text := COALESCE(opts->>'rev_id', 'newrev000001');
	splice boolean := COALESCE((opts->>'splice')::boolean, false);
	purge boolean := COALESCE((opts->>'purge')::boolean, false);
	rows text[];
BEGIN
	CASE op
		WHEN 'upgrade', 'downgrade' THEN
			RETURN run_steps(op, target);
		WHEN 'upgrade_sql', 'downgrade_sql' THEN
			RETURN run_script(op, target_text, e);
		WHEN 'stamp' THEN
			IF jsonb_typeof(target) = 'array' THEN
				rows := schemamig.stamp(list, purge);
			ELSE
				rows := schemamig.stamp(target_text, purge);
			END IF;
			RETURN jsonb_build_object('version', sorted(ARRAY(SELECT revision FROM schemamig.version)))
				|| CASE WHEN sorted(rows) <> sorted(ARRAY(SELECT revision FROM schemamig.version))
					THEN jsonb_build_object('fault', 'it returned ' || rows::text) ELSE '{}' END;
		WHEN 'heads' THEN
			RETURN jsonb_build_object(
				'rows', (SELECT sorted_rows(array_agg(revision_row(revision, down_revisions, depends_on, branch_labels,
					alembic_flags(flags, false)))) FROM schemamig.heads()),
				'real_heads', sorted(ARRAY(SELECT revision FROM schemamig.history() WHERE 'real_head' = ANY (flags))));
		WHEN 'branches' THEN
			RETURN jsonb_build_object('rows', (SELECT sorted_rows(array_agg(
				jsonb_build_object('rev', revision, 'into', sorted(branches)))) FROM schemamig.branches()));
		WHEN 'history' THEN
			RETURN read_history(target_text, opts ? 'indicate_current');
		WHEN 'current' THEN
			RETURN read_current();
		WHEN 'resolve' THEN
			RETURN jsonb_build_object('revs', sorted(ARRAY(SELECT revision FROM schemamig.show(target_text))));
		WHEN 'load' THEN
			RETURN read_load();
		WHEN 'revision' THEN
			RETURN read_new(schemamig.revision('new', rev_id => rev_id, head => list, splice => splice,
				branch_labels => CASE WHEN opts ? 'branch_label' THEN ARRAY[opts->>'branch_label'] END,
				depends_on => CASE WHEN opts ? 'depends_on' THEN texts(opts->'depends_on') END));
		WHEN 'merge' THEN
			RETURN read_new(schemamig.merge(list, 'new', rev_id => rev_id, splice => splice));
	END CASE;
END $$;

CREATE FUNCTION error_result(state text, message text) RETURNS jsonb
LANGUAGE sql IMMUTABLE
RETURN jsonb_build_object('error', state, 'message', message);

--
-- The run
--

-- One case, in a subtransaction that is rolled back
CREATE FUNCTION run_case(c cases) RETURNS outcome
LANGUAGE plpgsql AS $$
DECLARE
	result outcome := (c.id, want(c.op, c.expect), NULL);
	before jsonb := state();
	settings_before text[] := settings();
BEGIN
	BEGIN
		result.got := call_op(c.op, c.target, c.opts, c.expect);
		IF settings() <> settings_before THEN
			result.got := result.got || jsonb_build_object('fault', 'settings are changed: ' || settings()::text);
		END IF;
		RAISE EXCEPTION USING ERRCODE = 'ZZ000';
	EXCEPTION
		WHEN SQLSTATE 'ZZ000' THEN
			NULL;
		WHEN OTHERS THEN
			result.got := error_result(SQLSTATE, SQLERRM);
	END;
	IF state() <> before THEN
		result.got := result.got || jsonb_build_object('fault', 'something is left: ' || state()::text);
	END IF;
	RETURN result;
END $$;

-- All cases of a graph that begin with these version rows
CREATE FUNCTION run_state(g jsonb, rows jsonb) RETURNS outcome[]
LANGUAGE plpgsql AS $$
DECLARE
	results outcome[] := '{}';
	c cases;
BEGIN
	BEGIN
		CALL enter_state(texts(rows));
		FOR c IN SELECT * FROM cases WHERE graph = g AND current = rows LOOP
			results := results || run_case(c);
		END LOOP;
		RAISE EXCEPTION USING ERRCODE = 'ZZ000';
	EXCEPTION
		WHEN SQLSTATE 'ZZ000' THEN
			NULL;
		WHEN OTHERS THEN
			results := ARRAY(SELECT (id, want(op, expect), error_result(SQLSTATE, SQLERRM))::outcome
				FROM cases WHERE graph = g AND current = rows);
	END;
	RETURN results;
END $$;

-- All cases of a graph
CREATE FUNCTION run_graph(g jsonb) RETURNS outcome[]
LANGUAGE plpgsql AS $$
DECLARE
	results outcome[] := '{}';
	rows jsonb;
BEGIN
	BEGIN
		CALL enter_graph(g);
		FOR rows IN SELECT DISTINCT current FROM cases WHERE graph = g LOOP
			-- a broken graph has no applied set
			IF rows = '[]' AND EXISTS (SELECT FROM schemamig.revision WHERE checksum = '') THEN
				results := results || ARRAY(SELECT run_case(c) FROM cases c WHERE graph = g AND current = rows);
			ELSE
				results := results || run_state(g, rows);
			END IF;
		END LOOP;
		RAISE EXCEPTION USING ERRCODE = 'ZZ000';
	EXCEPTION
		WHEN SQLSTATE 'ZZ000' THEN
			NULL;
		WHEN OTHERS THEN
			results := ARRAY(SELECT (id, want(op, expect), error_result(SQLSTATE, SQLERRM))::outcome
				FROM cases WHERE graph = g);
	END;
	RETURN results;
END $$;

DO $$
DECLARE
	g jsonb;
BEGIN
	IF EXISTS (SELECT FROM schemamig.revision) THEN
		RAISE 'there are revisions in this database';
	END IF;
	FOR g IN SELECT DISTINCT graph FROM cases LOOP
		INSERT INTO result SELECT * FROM unnest(run_graph(g));
	END LOOP;
END $$;

--
-- The verdict
--

CREATE VIEW verdict AS
SELECT c.*, r.want, r.got, d.reason, d.ours,
	CASE
		WHEN r.got ? 'error' THEN r.got->>'error'
		WHEN r.got ? 'rows' THEN (r.got - 'rows' || jsonb_build_object(
			'revs', jsonb_path_query_array(r.got, '$.rows[*].rev')))::text
		ELSE r.got::text
	END AS short,
	NOT r.got ? 'fault' AND CASE
		WHEN r.got ? 'error' THEN c.expect ? 'error' AND r.got->>'error' NOT LIKE 'XX%'
		WHEN c.expect ? 'suggest' THEN r.got = want(c.op, c.expect->'suggest')
		ELSE r.want IS NOT NULL AND r.got = r.want END AS agrees
FROM cases c LEFT JOIN result r USING (id) LEFT JOIN deviation d USING (id);

\pset footer off
\echo Cases
SELECT COALESCE(op, 'all') AS op, count(*) AS cases,
	count(*) FILTER (WHERE agrees) AS agreeing,
	count(*) FILTER (WHERE NOT agrees AND ours = short) AS "deviating as listed"
FROM verdict GROUP BY ROLLUP (op) ORDER BY GROUPING(op), 1;

\echo Deviations as listed
SELECT reason, count(*) AS cases, meaning
FROM verdict JOIN reason USING (reason)
WHERE NOT agrees AND ours = short GROUP BY reason, meaning ORDER BY reason;

\echo Our errors where Alembic has one too
SELECT got->>'error' AS sqlstate, count(*) AS cases FROM verdict
WHERE agrees AND got ? 'error' GROUP BY 1 ORDER BY 1;

\pset format unaligned
\pset fieldsep ' | '
\echo What should be agreement
SELECT id, op, target, opts, current, COALESCE(expect->>'error', want::text) AS expected, got
FROM verdict
WHERE agrees IS NOT TRUE AND ours IS NULL ORDER BY id;

\echo What is listed as a deviation and is not that one
SELECT d.id, op, target, d.reason, d.ours AS listed, short AS got, agrees
FROM deviation d LEFT JOIN verdict v USING (id)
WHERE agrees IS NOT FALSE OR d.ours <> short ORDER BY d.id;

ROLLBACK;
