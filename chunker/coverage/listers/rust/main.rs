//! Lists Rust's functions by the parser that procedural macros use (see
//! ../../README.md).

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use std::fs;
use std::io::{self, BufRead, Write};
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

struct Lister<'a> {
    path: &'a str,
    text: &'a str,
    lines: Vec<usize>, // where each starts
    container: Vec<String>,
    out: &'a mut Vec<u8>,
}

impl<'a> Lister<'a> {
    fn function(&mut self, name: &syn::Ident, attributes: &[syn::Attribute], whole: Span, inside: impl FnOnce(&mut Self)) {
        let start = attributes
            .iter()
            .filter(|a| !a.path.is_ident("doc") || self.source(a.span()).starts_with('#'))
            .map(|a| a.span().start().line)
            .min();
        let own = self.after_docs(attributes, whole);
        let container = self.container.last().cloned().unwrap_or_default();
        writeln!(
            self.out,
            r#"{{"file":{},"name":{},"container":{},"start":{},"end":{}}}"#,
            quoted(self.path),
            quoted(&name.to_string()),
            quoted(&container),
            start.map_or(own, |s| s.min(own)),
            whole.end().line
        )
        .unwrap();
        self.within(name.to_string(), inside);
    }

    /// The line at which an item starts behind its attributes.
    fn after_docs(&self, attributes: &[syn::Attribute], whole: Span) -> usize {
        let Some(last) = attributes.iter().filter(|a| matches!(a.style, syn::AttrStyle::Outer)).last() else {
            return whole.start().line;
        };
        let end = self.offset(last.span().end());
        let rest = &self.text[end..];
        let mut at = end + rest.len() - rest.trim_start().len();
        while let Some(length) = comment(&self.text[at..]) {
            let rest = &self.text[at + length..];
            at += length + rest.len() - rest.trim_start().len();
        }
        self.lines.partition_point(|&start| start <= at)
    }

    fn within(&mut self, name: String, inside: impl FnOnce(&mut Self)) {
        self.container.push(name);
        inside(self);
        self.container.pop();
    }

    fn offset(&self, at: proc_macro2::LineColumn) -> usize {
        let line = &self.text[self.lines[at.line - 1]..];
        self.lines[at.line - 1] + line.chars().take(at.column).map(char::len_utf8).sum::<usize>()
    }

    fn source(&self, span: Span) -> &'a str {
        &self.text[self.offset(span.start())..self.offset(span.end())]
    }

    /// Lists what a macro's body defines, if it is made of items, or of braces
    /// with items in them, as cfg_if's is.
    fn body(&mut self, mac: &syn::Macro) {
        if mac.path.is_ident("macro_rules") || self.items(mac.tokens.clone()) {
            return;
        }
        let groups: Vec<TokenStream> = mac
            .tokens
            .clone()
            .into_iter()
            .filter_map(|t| match t {
                TokenTree::Group(g) if g.delimiter() == Delimiter::Brace => Some(g.stream()),
                _ => None,
            })
            .collect();
        if groups.iter().all(|g| file(g.clone()).is_ok() || methods(g.clone()).is_ok()) {
            for g in groups {
                self.items(g);
            }
        }
    }

    fn items(&mut self, tokens: TokenStream) -> bool {
        if let Ok(parsed) = file(tokens.clone()) {
            self.visit_file(&parsed);
        } else if let Ok(parsed) = methods(tokens) {
            parsed.iter().for_each(|m| self.visit_impl_item(m));
        } else {
            return false;
        }
        true
    }
}

fn file(tokens: TokenStream) -> syn::Result<syn::File> {
    syn::parse2(tokens)
}

fn methods(tokens: TokenStream) -> syn::Result<Vec<syn::ImplItem>> {
    (|input: ParseStream| {
        let mut all = Vec::new();
        while !input.is_empty() {
            all.push(input.parse()?);
        }
        Ok(all)
    })
    .parse2(tokens)
}

/// The length of the comment that a text starts with.
fn comment(text: &str) -> Option<usize> {
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    if text.starts_with("/*") {
        return text.find("*/").map(|end| end + 2);
    }
    None
}

impl<'a, 'ast> Visit<'ast> for Lister<'a> {
    fn visit_item_fn(&mut self, f: &'ast syn::ItemFn) {
        self.function(&f.sig.ident, &f.attrs, f.span(), |l| visit::visit_item_fn(l, f));
    }

    fn visit_impl_item_method(&mut self, m: &'ast syn::ImplItemMethod) {
        self.function(&m.sig.ident, &m.attrs, m.span(), |l| visit::visit_impl_item_method(l, m));
    }

    fn visit_trait_item_method(&mut self, m: &'ast syn::TraitItemMethod) {
        if m.default.is_some() {
            self.function(&m.sig.ident, &m.attrs, m.span(), |l| visit::visit_trait_item_method(l, m));
        }
    }

    fn visit_local(&mut self, l: &'ast syn::Local) {
        let pattern = match &l.pat {
            syn::Pat::Type(typed) => &typed.pat,
            other => other,
        };
        match (pattern, &l.init) {
            (syn::Pat::Ident(name), Some((_, value))) if matches!(**value, syn::Expr::Closure(_)) => {
                self.function(&name.ident, &l.attrs, l.span(), |lister| visit::visit_local(lister, l));
            }
            _ => visit::visit_local(self, l),
        }
    }

    fn visit_item_impl(&mut self, i: &'ast syn::ItemImpl) {
        let name = self.source(i.self_ty.span()).to_string();
        self.within(name, |l| visit::visit_item_impl(l, i));
    }

    fn visit_item_trait(&mut self, t: &'ast syn::ItemTrait) {
        self.within(t.ident.to_string(), |l| visit::visit_item_trait(l, t));
    }

    /// A macro in the place of a statement makes statements, and what is in it may
    /// be a template for others.
    fn visit_stmt(&mut self, s: &'ast syn::Stmt) {
        if !matches!(s, syn::Stmt::Item(syn::Item::Macro(_))) {
            visit::visit_stmt(self, s);
        }
    }

    fn visit_item_macro(&mut self, m: &'ast syn::ItemMacro) {
        self.body(&m.mac);
    }

    fn visit_impl_item_macro(&mut self, m: &'ast syn::ImplItemMacro) {
        self.body(&m.mac);
    }

    fn visit_trait_item_macro(&mut self, m: &'ast syn::TraitItemMacro) {
        self.body(&m.mac);
    }
}

/// A string of JSON.
fn quoted(s: &str) -> String {
    let mut q = String::from("\"");
    for c in s.chars() {
        match c {
            '"' | '\\' => q.extend(['\\', c]),
            c if c < ' ' => q.push_str(&format!("\\u{:04x}", c as u32)),
            c => q.push(c),
        }
    }
    q + "\""
}

fn list(path: &str, out: &mut Vec<u8>) -> Result<(), Box<dyn std::error::Error>> {
    let read = fs::read_to_string(path)?;
    let text = read.strip_prefix('\u{feff}').unwrap_or(&read);
    let parsed = syn::parse_file(text)?;
    let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(i, _)| i + 1)).collect();
    Lister { path, text, lines, container: Vec::new(), out }.visit_file(&parsed);
    Ok(())
}

fn main() {
    // The parser and the visitor call themselves for each level of nesting.
    let work = std::thread::Builder::new().stack_size(1 << 30).spawn(|| {
        for path in io::stdin().lock().lines().map_while(Result::ok) {
            let mut out = Vec::new();
            if let Err(e) = list(&path, &mut out) {
                out = format!("{{\"file\":{},\"error\":{}}}\n", quoted(&path), quoted(&e.to_string())).into_bytes();
            }
            io::stdout().write_all(&out).unwrap();
        }
    });
    work.unwrap().join().unwrap();
}
