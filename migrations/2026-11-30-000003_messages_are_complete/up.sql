-- Reads the table while everybody goes on.
ALTER TABLE ___xtr_msg VALIDATE CONSTRAINT msg_message_is_complete;
