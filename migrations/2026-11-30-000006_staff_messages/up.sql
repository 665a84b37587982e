CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_msg_messages_staff ON ___xtr_msg (msg_cnfa_id, msg_date DESC, msg_id DESC) WHERE msg_kind = 'message';
