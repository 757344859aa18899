CREATE TABLE stays (id int);
CREATE FUNCTION bucket(int) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT $1 % 10 $$;
CREATE TABLE p (id int, name text, at date) PARTITION BY RANGE (bucket(id), lower(name) COLLATE "C" text_pattern_ops, (date_part('year', at)));
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0, 'a', MINVALUE) TO (5, 'm', MAXVALUE);
