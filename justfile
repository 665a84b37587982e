# Short names for the developer commands; `cargo xtask help` says what each does.

default:
    @just --list

dev *args:
    cargo xtask dev {{args}}
test *args:
    cargo xtask test {{args}}
e2e *filter:
    cargo xtask test-e2e {{filter}}
faults *filter:
    cargo xtask test-faults {{filter}}
deps *args:
    cargo xtask check-deps {{args}}
docs:
    cargo xtask check-docs
openapi *args:
    cargo xtask openapi {{args}}
ci:
    cargo xtask ci
bench *args:
    cargo xtask bench {{args}}
db-fetch:
    cargo xtask db fetch
fmt:
    cargo fmt --all
