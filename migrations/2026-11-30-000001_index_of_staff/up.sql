-- Ids of people are about to grow, and PostgreSQL builds partial indexes anew where the type of a
-- column changes, with the table locked. So they go first; this one stands in for them meanwhile.
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_msg_staff_meanwhile ON ___xtr_msg (msg_kind, msg_cnfa_id, msg_date DESC, msg_id DESC);
