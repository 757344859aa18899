-- Revert shop:status-and-touch from pg

BEGIN;

DROP FUNCTION touch();
DROP TYPE order_status;

COMMIT;
