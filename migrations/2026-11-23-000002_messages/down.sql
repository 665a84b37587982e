ALTER TABLE ___xtr_msg DROP CONSTRAINT msg_message_is_complete;
DROP INDEX idx_cst_updated, idx_msg_messages_staff, idx_msg_messages_customer, idx_msg_messages;
