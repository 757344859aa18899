-- Verify shop:users on pg

BEGIN;

SELECT id, email, note FROM users WHERE FALSE;

ROLLBACK;
