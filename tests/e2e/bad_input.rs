//! Whatever is sent: never a 500, always a problem that says all that is wrong.

