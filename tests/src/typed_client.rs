//! A TypeScript client generated from the OpenAPI document, compiled, and run in Node.
//!
//! The client is `tests/node/client`. Where Node or its packages cannot be had, running it says SKIPPED and answers
//! none.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use guichet::http::routes;
use serde_json::Value;
use tokio::process::Command;

use crate::node_client::with_packages;

/// What the client says it saw.
///
/// # Panics
/// When nothing can be generated from the document, when the client does not compile with what was, or when it fails.
pub async fn run(server: &str, given: &Value) -> Option<Value> {
    let folder = match with_packages("tests/node/client", "openapi-typescript") {
        Ok(folder) => folder,
        Err(why) => {
            // Not by `println!`, which is heard of failing tests only.
            let _ = writeln!(
                std::io::stderr(),
                "SKIPPED: the typed client was not run ({why})"
            );
            return None;
        }
    };
    let document = routes::document().to_json().expect("the document is JSON");
    fs::create_dir_all(folder.join("generated")).expect("a folder for what is generated");
    fs::write(folder.join("generated/openapi.json"), document).expect("the document is written");
    for step in [
        &[
            "node_modules/openapi-typescript/bin/cli.js",
            "generated/openapi.json",
            "-o",
            "generated/schema.d.ts",
        ][..],
        &["node_modules/typescript/bin/tsc", "-p", "tsconfig.json"],
    ] {
        node(&folder, step).await;
    }
    let said = node(
        &folder,
        &["generated/client.js", server, &given.to_string()],
    )
    .await;
    Some(serde_json::from_str(&said).expect("the client says what it saw"))
}

async fn node(folder: &Path, arguments: &[&str]) -> String {
    let done = Command::new("node")
        .args(arguments)
        .current_dir(folder)
        .output()
        .await
        .expect("Node runs");
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    let complained = String::from_utf8_lossy(&done.stderr);
    assert!(
        done.status.success(),
        "{arguments:?} failed: {said}{complained}"
    );
    said
}
