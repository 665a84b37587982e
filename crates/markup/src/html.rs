//! Writes the tree of a Markdown text as HTML.
//!
//! Every element and every attribute there can be is spelled out here; text gets out escaped only.
//! To allow one more: an arm of [`Writer::open`], one of [`Writer::close`], and an attack in the
//! tests of `markdown`.

use std::fmt::Write as _;

use comrak::arena_tree::{Node, NodeEdge};
use comrak::nodes::{AstNode, ListType, NodeList, NodeValue, TableAlignment};

use super::target;

const LINK_REL: &str = "nofollow noopener";

/// Text as HTML that shows it, between tags and in quoted attributes.
pub(super) fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + 16);
    escape_into(&mut html, text);
    html
}

/// The same, written behind what is there.
pub(super) fn escape_into(html: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
        let (plain, special) = rest.split_at(at);
        html.push_str(plain);
        html.push_str(match special.as_bytes() {
            [b'&', ..] => "&amp;",
            [b'<', ..] => "&lt;",
            [b'>', ..] => "&gt;",
            [b'"', ..] => "&quot;",
            _ => "&#39;",
        });
        rest = special.get(1..).unwrap_or_default();
    }
    html.push_str(rest);
}

/// The whole tree.
pub(super) fn write<'a>(document: &'a AstNode<'a>) -> String {
    let mut writer = Writer::default();
    for edge in document.traverse() {
        match edge {
            NodeEdge::Start(node) => writer.start(node),
            NodeEdge::End(node) => writer.end(node),
        }
    }
    writer.html
}

#[derive(Default)]
struct Writer {
    html: String,
    /// Within an image there is only the text that stands for it.
    images: usize,
    /// The cell of the row that comes next.
    column: usize,
}

impl Writer {
    fn put(&mut self, html: std::fmt::Arguments<'_>) {
        // A text takes all that is written.
        let _ = self.html.write_fmt(html);
    }

    fn start<'a>(&mut self, node: &'a AstNode<'a>) {
        let value = &node.data.borrow().value;
        if self.images == 0 {
            self.open(node, value);
        } else {
            self.stand_in(value);
        }
        if matches!(value, NodeValue::Image(_)) {
            self.images += 1;
        }
    }

    fn end<'a>(&mut self, node: &'a AstNode<'a>) {
        let value = &node.data.borrow().value;
        if matches!(value, NodeValue::Image(_)) {
            self.images = self.images.saturating_sub(1);
        }
        if self.images == 0 {
            self.close(node, value);
        }
    }

    fn open<'a>(&mut self, node: &'a AstNode<'a>, value: &NodeValue) {
        match value {
            NodeValue::Paragraph if is_tight(node) => {}
            NodeValue::List(list) => self.html.push_str(&list_tag(list)),
            NodeValue::CodeBlock(block) => {
                let code = escape(&block.literal);
                self.put(format_args!("<pre><code>{code}</code></pre>"));
            }
            NodeValue::HtmlBlock(block) => {
                let shown = escape(&block.literal);
                self.put(format_args!("<p>{shown}</p>"));
            }
            NodeValue::Code(code) => {
                let code = escape(&code.literal);
                self.put(format_args!("<code>{code}</code>"));
            }
            NodeValue::Link(link) => {
                if let Some(url) = target::of_link(&link.url) {
                    let (url, title) = (escape(url), title(&link.title));
                    self.put(format_args!("<a href=\"{url}\"{title} rel=\"{LINK_REL}\">"));
                }
            }
            NodeValue::Image(link) => {
                if let Some(url) = target::of_image(&link.url) {
                    let (url, title) = (escape(url), title(&link.title));
                    self.put(format_args!("<img src=\"{url}\"{title} alt=\""));
                }
            }
            NodeValue::TableRow(is_header) => {
                self.column = 0;
                self.html.push_str(row_tag(node, *is_header));
            }
            NodeValue::TableCell => {
                self.html.push_str(&cell_tag(node, self.column));
                self.column += 1;
            }
            NodeValue::ThematicBreak => self.html.push_str("<hr>"),
            NodeValue::LineBreak => self.html.push_str("<br>"),
            NodeValue::SoftBreak => self.html.push('\n'),
            NodeValue::Text(text) => escape_into(&mut self.html, text),
            NodeValue::HtmlInline(text) => escape_into(&mut self.html, text),
            other => {
                if let Some(name) = plain_element(other) {
                    self.put(format_args!("<{name}>"));
                }
            }
        }
    }

    fn close<'a>(&mut self, node: &'a AstNode<'a>, value: &NodeValue) {
        match value {
            NodeValue::Paragraph if is_tight(node) => {}
            NodeValue::List(list) if list.list_type == ListType::Ordered => {
                self.html.push_str("</ol>");
            }
            NodeValue::List(_) => self.html.push_str("</ul>"),
            NodeValue::Link(link) => {
                if target::of_link(&link.url).is_some() {
                    self.html.push_str("</a>");
                }
            }
            NodeValue::Image(link) => {
                if target::of_image(&link.url).is_some() {
                    self.html.push_str("\">");
                }
            }
            NodeValue::TableRow(true) => self.html.push_str("</tr></thead>"),
            NodeValue::TableRow(false) if node.next_sibling().is_none() => {
                self.html.push_str("</tr></tbody>");
            }
            NodeValue::TableRow(false) => self.html.push_str("</tr>"),
            NodeValue::TableCell if is_in_header(node) => self.html.push_str("</th>"),
            NodeValue::TableCell => self.html.push_str("</td>"),
            other => {
                if let Some(name) = plain_element(other) {
                    self.put(format_args!("</{name}>"));
                }
            }
        }
    }

    fn stand_in(&mut self, value: &NodeValue) {
        match value {
            NodeValue::Text(text) => escape_into(&mut self.html, text),
            NodeValue::HtmlInline(text) => escape_into(&mut self.html, text),
            NodeValue::Code(code) => escape_into(&mut self.html, &code.literal),
            NodeValue::SoftBreak | NodeValue::LineBreak => self.html.push(' '),
            _ => {}
        }
    }
}

/// Elements without attributes, around what they hold.
fn plain_element(value: &NodeValue) -> Option<&'static str> {
    Some(match value {
        NodeValue::BlockQuote => "blockquote",
        NodeValue::Paragraph => "p",
        NodeValue::Item(_) => "li",
        NodeValue::Emph => "em",
        NodeValue::Strong => "strong",
        NodeValue::Strikethrough => "del",
        NodeValue::Table(_) => "table",
        NodeValue::Heading(heading) => match heading.level {
            1 => "h1",
            2 => "h2",
            3 => "h3",
            4 => "h4",
            5 => "h5",
            _ => "h6",
        },
        _ => return None,
    })
}

fn list_tag(list: &NodeList) -> String {
    match list.list_type {
        ListType::Bullet => "<ul>".to_owned(),
        ListType::Ordered if list.start == 1 => "<ol>".to_owned(),
        ListType::Ordered => format!("<ol start=\"{}\">", list.start),
    }
}

/// Whether a paragraph is a line of a list without blank lines.
fn is_tight<'a>(node: &'a AstNode<'a>) -> bool {
    let list = node.parent().and_then(Node::parent);
    list.is_some_and(
        |list| matches!(&list.data.borrow().value, NodeValue::List(list) if list.tight),
    )
}

fn is_in_header<'a>(cell: &'a AstNode<'a>) -> bool {
    cell.parent()
        .is_some_and(|row| matches!(row.data.borrow().value, NodeValue::TableRow(true)))
}

fn row_tag<'a>(row: &'a AstNode<'a>, is_header: bool) -> &'static str {
    let follows_header = row
        .previous_sibling()
        .is_none_or(|row| matches!(row.data.borrow().value, NodeValue::TableRow(true)));
    match (is_header, follows_header) {
        (true, _) => "<thead><tr>",
        (false, true) => "<tbody><tr>",
        (false, false) => "<tr>",
    }
}

fn cell_tag<'a>(cell: &'a AstNode<'a>, column: usize) -> String {
    let name = if is_in_header(cell) { "th" } else { "td" };
    let table = cell.parent().and_then(Node::parent);
    let align = table.and_then(|table| match &table.data.borrow().value {
        NodeValue::Table(table) => match table.alignments.get(column)? {
            TableAlignment::None => None,
            TableAlignment::Left => Some("left"),
            TableAlignment::Center => Some("center"),
            TableAlignment::Right => Some("right"),
        },
        _ => None,
    });
    align.map_or_else(
        || format!("<{name}>"),
        |align| format!("<{name} align=\"{align}\">"),
    )
}

fn title(title: &str) -> String {
    if title.is_empty() {
        String::new()
    } else {
        format!(" title=\"{}\"", escape(title))
    }
}
