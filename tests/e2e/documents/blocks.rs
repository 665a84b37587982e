//! The shell blocks of a Markdown document.

/// What stands between two fences.
#[derive(Debug, PartialEq, Eq)]
pub struct Block {
    /// The line of the opening fence.
    pub line: usize,
    /// Why it cannot run here.
    pub skip: Option<String>,
    pub text: String,
}

/// The blocks whose language is a shell's.
pub fn blocks(document: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut lines = document.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let Some(info) = line.trim_start().strip_prefix("```") else {
            continue;
        };
        let inside: Vec<&str> = lines
            .by_ref()
            .map(|(_, line)| line)
            .take_while(|line| line.trim_start() != "```")
            .collect();
        let language = info.split_whitespace().next().unwrap_or_default();
        if ["sh", "bash", "shell", "console"].contains(&language) {
            let skip = info
                .split_once("skip=\"")
                .and_then(|(_, rest)| rest.split_once('"'));
            found.push(Block {
                line: number + 1,
                skip: skip.map(|(why, _)| why.to_owned()),
                text: inside.join("\n"),
            });
        }
    }
    found
}

#[test]
fn shell_blocks_are_found_with_their_reasons() {
    let document = "a\n```sh\nls\n```\n```js\nx\n```\n```bash skip=\"needs a net\"\ncd\nls\n```\n";
    let found = blocks(document);
    let lines: Vec<_> = found
        .iter()
        .map(|block| (block.line, block.text.as_str()))
        .collect();
    assert_eq!(lines, [(2, "ls"), (8, "cd\nls")]);
    assert_eq!(found[1].skip.as_deref(), Some("needs a net"));
}
