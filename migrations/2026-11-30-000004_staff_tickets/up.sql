CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_msg_staff ON ___xtr_msg (msg_cnfa_id, msg_date DESC) WHERE msg_kind = 'ticket';
