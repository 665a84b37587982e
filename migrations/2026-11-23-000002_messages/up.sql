-- The list of customers, latest changed first.
CREATE INDEX idx_cst_updated ON ___xtr_customer (updated_at DESC, cst_id);
-- Messages: the lists of each side, conversations, and what is unread.
CREATE INDEX idx_msg_messages ON ___xtr_msg (msg_date DESC, msg_id DESC) WHERE msg_kind = 'message';
CREATE INDEX idx_msg_messages_customer ON ___xtr_msg (msg_cst_id, msg_date DESC, msg_id DESC) WHERE msg_kind = 'message';
CREATE INDEX idx_msg_messages_staff ON ___xtr_msg (msg_cnfa_id, msg_date DESC, msg_id DESC) WHERE msg_kind = 'message';
ALTER TABLE ___xtr_msg ADD CONSTRAINT msg_message_is_complete CHECK (
    msg_kind <> 'message' OR
    (msg_author_id IS NOT NULL AND msg_author_kind IS NOT NULL AND msg_priority IS NOT NULL));
