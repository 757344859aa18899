DROP FUNCTION touch();
DROP TYPE order_status;
