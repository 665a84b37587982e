#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| guichet::realtime::socketio::fuzzed::messages(input));
