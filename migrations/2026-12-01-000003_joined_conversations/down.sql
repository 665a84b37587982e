ALTER TABLE ___xtr_msg DROP COLUMN msg_close_reason;
DROP TABLE socket_session;
ALTER TABLE event DROP COLUMN room;
