DROP INDEX CONCURRENTLY IF EXISTS idx_msg_staff_meanwhile;
