-- In the order writes take them, and never in their way for long.
SELECT lock_patiently('___xtr_msg', 'event');

-- Whoever has joined a conversation hears an entry of a participant's stream: in which conversation, who hears it
-- elsewhere, and what is otherwise for them. NULL where nobody else is to hear it.
ALTER TABLE event ADD COLUMN room jsonb;

-- The conversations a socket has joined, and the number in its stream from which on it hears each. Kept while the socket
-- may come back.
CREATE TABLE socket_session (
    session            text   PRIMARY KEY,
    user_id            text   NOT NULL,
    joined             jsonb  NOT NULL,
    kept_at            timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX idx_socket_session_user ON socket_session (user_id, kept_at);
CREATE INDEX idx_socket_session_kept ON socket_session (kept_at);

-- Why a message was closed, for support.
ALTER TABLE ___xtr_msg ADD COLUMN msg_close_reason text;
