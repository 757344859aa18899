CREATE FUNCTION f(a int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN a; END $$;
CREATE FUNCTION g() RETURNS text LANGUAGE plpgsql AS $fn$
BEGIN
	-- a comment; with $$ and $function$ in it
	RETURN $function$quoted 'x' \n $function$;
END
$fn$;
GRANT EXECUTE ON FUNCTION f TO app_reader;
COMMENT ON FUNCTION f IS 'f';
