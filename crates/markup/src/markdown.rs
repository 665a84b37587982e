//! Answers are Markdown; this makes HTML of them that a page may show as it is, and plain text.
//!
//! Nothing is cleaned, because nothing unclean can come about: the parser makes a tree, and
//! [`super::html`] writes a known element for each kind of node and escapes everything else.
//! HTML in the source is text.

use std::sync::LazyLock;

use comrak::arena_tree::NodeEdge;
use comrak::nodes::{AstNode, NodeValue};
use comrak::{Arena, Options, parse_document};

use super::html;

static OPTIONS: LazyLock<Options<'static>> = LazyLock::new(|| {
    let mut options = Options::default();
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.autolink = true;
    options
});

/// What nests deeper than this is shown as it was written: no page could.
const DEEPEST: usize = 40;

/// The HTML of an answer.
pub fn to_html(markdown: &str) -> String {
    let arena = Arena::new();
    html_of(parse_document(&arena, markdown, &OPTIONS), markdown)
}

/// What an answer says, without its marks, in one line.
pub fn to_plain(markdown: &str) -> String {
    let arena = Arena::new();
    plain_of(parse_document(&arena, markdown, &OPTIONS), markdown)
}

/// Both, for one reading: HTML and plain text.
pub fn to_html_and_plain(markdown: &str) -> (String, String) {
    let arena = Arena::new();
    let document = parse_document(&arena, markdown, &OPTIONS);
    (html_of(document, markdown), plain_of(document, markdown))
}

fn html_of<'a>(document: &'a AstNode<'a>, markdown: &str) -> String {
    if depth(document) > DEEPEST {
        return format!("<pre>{}</pre>", html::escape(markdown));
    }
    html::write(document)
}

fn plain_of<'a>(document: &'a AstNode<'a>, markdown: &str) -> String {
    let mut plain = String::with_capacity(markdown.len());
    for node in document.descendants() {
        match &node.data.borrow().value {
            NodeValue::Text(text) => plain.push_str(text),
            NodeValue::Code(code) => plain.push_str(&code.literal),
            NodeValue::CodeBlock(block) => plain.push_str(&block.literal),
            NodeValue::HtmlInline(html) => plain.push_str(html),
            NodeValue::HtmlBlock(block) => plain.push_str(&block.literal),
            value if value.block() => plain.push(' '),
            NodeValue::SoftBreak | NodeValue::LineBreak => plain.push(' '),
            _ => {}
        }
    }
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn depth<'a>(document: &'a AstNode<'a>) -> usize {
    let (mut now, mut deepest) = (0usize, 0);
    for edge in document.traverse() {
        match edge {
            NodeEdge::Start(_) => {
                now += 1;
                deepest = deepest.max(now);
            }
            NodeEdge::End(_) => now = now.saturating_sub(1),
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use proptest::prelude::*;

    use super::*;

    /// Nothing in it acts: every element is a known one, no handler, no strange link.
    #[track_caller]
    fn assert_inert(markdown: &str) {
        let html = to_html(markdown);
        let mut rest = html.as_str();
        while let Some(start) = rest.find('<') {
            rest = &rest[start + 1..];
            let end = rest.find('>').unwrap_or(rest.len());
            let tag = &rest[..end];
            let name: String = tag
                .trim_start_matches('/')
                .chars()
                .take_while(char::is_ascii_alphanumeric)
                .collect();
            assert!(
                ELEMENTS.contains(&name.as_str()),
                "<{tag}> of {markdown:?} in {html}"
            );
            let mut attributes = tag[name.len().min(tag.len())..].split('"');
            while let (Some(name), Some(value)) = (attributes.next(), attributes.next()) {
                let name = name.trim().trim_end_matches('=');
                assert!(
                    ["href", "title", "src", "alt", "start", "align", "rel"].contains(&name),
                    "{name} of {markdown:?} in {html}"
                );
                if ["href", "src"].contains(&name) {
                    assert!(
                        leads_where_it_may(name, value),
                        "{value} of {markdown:?} in {html}"
                    );
                }
            }
        }
    }

    /// As a browser reads it on a page of the shop, by its own list: what is allowed is told twice.
    fn leads_where_it_may(attribute: &str, value: &str) -> bool {
        let value = value
            .replace("&quot;", "\"")
            .replace("&#39;", "'")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&");
        let shop = url::Url::parse("https://shop.example/faq/1").unwrap();
        let Ok(read) = shop.join(&value) else {
            return false;
        };
        let allowed: &[&str] = match attribute {
            "href" => &["http", "https", "mailto", "tel", "sms"],
            _ => &["http", "https"],
        };
        let is_written_out = value.split_once(':').is_some_and(|(scheme, rest)| {
            read.scheme().eq_ignore_ascii_case(scheme)
                && (!scheme.to_ascii_lowercase().starts_with("http") || rest.starts_with("//"))
        });
        !["//", "/\\", "\\"]
            .iter()
            .any(|begin| value.starts_with(begin))
            && allowed.contains(&read.scheme())
            && (is_written_out || read.host_str() == shop.host_str())
    }

    const ELEMENTS: [&str; 26] = [
        "a",
        "blockquote",
        "br",
        "code",
        "del",
        "em",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "img",
        "li",
        "ol",
        "p",
        "pre",
        "strong",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
    ];
    const ATTACKS: [&str; 30] = [
        "[x](\\\\evil.example)",
        "[x](\\\\\\\\evil.example) [y](/\\\\evil.example)",
        "[x](//evil.example) ![y](//evil.example/i.png)",
        "[x](</&#9;/evil.example>) [y](&bsol;&bsol;evil.example)",
        "[x](&#10;//evil.example) [y](&sol;&sol;evil.example)",
        "[x](https:evil.example) [y](https:/evil.example) [z](https:///evil.example)",
        "[x](https://shop.example@evil.example)",
        "[x]: \\\\evil.example\n\n[x] <tel:1> ![y](tel:1)",
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "a <b onclick=\"alert(1)\">b</b>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](java\tscript:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](vbscript:x) [y](data:text/html;base64,PHNjcmlwdD4=)",
        "![x](javascript:alert(1)) ![y](data:image/svg+xml;base64,PHN2Zz4=)",
        "<javascript:alert(1)>",
        "[x]: javascript:alert(1)\n\n[x]",
        "[a](https://x.example/\"onmouseover=\"alert(1))",
        "[a](<https://x.example/\" onmouseover=\"alert(1)>)",
        "[a](https://x.example 'a\" onclick=\"alert(1)')",
        "![\"onerror=\"alert(1)](https://x.example/i.png)",
        "```html\" onload=\"alert(1)\n<script>\n```",
        "`<script>alert(1)</script>`",
        "<scr<script>ipt>alert(1)</scr</script>ipt>",
        "<!-- --><script>alert(1)</script><!-- -->",
        "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
        "| a |\n|---|\n| <iframe src=//x.example></iframe> |",
    ];

    #[test]
    fn nothing_written_into_an_answer_acts() {
        for attack in ATTACKS {
            assert_inert(attack);
            assert_inert(&format!("> - **{attack}**"));
        }
        let shown = to_html("<script>alert(1)</script>");
        assert!(
            shown.contains("&lt;script&gt;"),
            "it is shown as text: {shown}"
        );
    }

    #[test]
    fn what_markdown_means_comes_through() {
        let html = to_html(
            "**Gras** ~~non~~\n\n- a\n- b\n\n| x |\n|:-:|\n| 1 |\n\n[lien](https://x.example/a?b=1&c=2) ![i](/i.png)",
        );
        for part in [
            "<strong>Gras</strong>",
            "<del>non</del>",
            "<li>a</li>",
            "<td align=\"center\">1</td>",
            "<a href=\"https://x.example/a?b=1&amp;c=2\" rel=\"nofollow noopener\">lien</a>",
            "<img src=\"/i.png\" alt=\"i\">",
        ] {
            assert!(html.contains(part), "{part} in {html}");
        }
    }

    #[test]
    fn a_telephone_number_is_a_link_and_what_leads_astray_is_its_text() {
        let html = to_html(
            "Appelez le [01 23 45 67 89](tel:+33123456789) ou [écrivez](mailto:a@shop.example).",
        );
        assert!(
            html.contains(
                "<a href=\"tel:+33123456789\" rel=\"nofollow noopener\">01 23 45 67 89</a>"
            ),
            "{html}"
        );
        assert!(html.contains("<a href=\"mailto:a@shop.example\""), "{html}");
        assert_eq!(
            to_html("[ici](\\\\evil.example) ![i](//evil.example)"),
            "<p>ici i</p>"
        );
    }

    #[test]
    fn what_nests_without_end_costs_no_more_than_other_text() {
        let begun = Instant::now();
        for piece in [
            ">", "> ", "- ", "*", "[", "![", "**a ", "<b>", "`", "1. ", "_a_",
        ] {
            let markdown: String = piece.repeat(20_000 / piece.len());
            assert_inert(&markdown);
            to_plain(&markdown);
        }
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "{:?}",
            begun.elapsed()
        );
    }

    #[test]
    fn plain_text_has_no_marks_and_parts_what_stood_apart() {
        let plain = to_plain("# Titre\n\n- **un**\n- `deux`\n\n[lien](https://x.example) <b>x</b>");
        assert_eq!(plain, "Titre un deux lien <b>x</b>");
    }

    proptest! {
        #[test]
        fn no_text_at_all_acts(text in "\\PC{0,200}", at in 0usize..30) {
            assert_inert(&text);
            assert_inert(&format!("{text}{}", ATTACKS[at]));
            assert_inert(&format!("{}{text}", ATTACKS[at]));
        }

        #[test]
        fn no_puzzle_of_dangerous_pieces_acts(
            pieces in prop::collection::vec(prop::sample::select(vec![
                "<", ">", "\"", "'", "script", "javascript:", "data:", "onerror=", "[", "](", ")", "!", "`", "&lt;", "&#x3c;",
                "\n", " ", "//", "\t", "&#9;", "&Tab;", "&bsol;", "evil.example", "tel:1", "@", "<a href=", "<img src=x ", "|", "---", "<!--", "-->", "\\", "https://x.example", "&colon;",
            ]), 0..30)
        ) {
            assert_inert(&pieces.concat());
        }
    }
}
