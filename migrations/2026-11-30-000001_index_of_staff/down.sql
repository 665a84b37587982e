DROP INDEX IF EXISTS idx_msg_staff_meanwhile;
