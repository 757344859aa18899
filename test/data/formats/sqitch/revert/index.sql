-- Revert shop:index from pg



DROP INDEX CONCURRENTLY orders_user_id_idx;


