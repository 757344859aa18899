-- Revert shop:first_users from pg

BEGIN;

ALTER TABLE users DROP COLUMN active;
DELETE FROM users;

COMMIT;
