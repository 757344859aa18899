CREATE TYPE bt;
CREATE FUNCTION bt_in(cstring) RETURNS bt LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION bt_out(bt) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE FUNCTION bt_recv(internal) RETURNS bt LANGUAGE internal STABLE STRICT AS 'textrecv';
CREATE TYPE bt (INPUT = bt_in, OUTPUT = bt_out, RECEIVE = bt_recv, LIKE = text, STORAGE = MAIN);
CREATE TABLE t (id int, b bt);
CREATE TYPE later;
