//! End to end: through HTTP, sockets and a real SMTP conversation, on real PostgreSQL.

mod ticket_lifecycle;
