//! A small key-value store with expiry and a line protocol, in the manner of
//! Redis: a least-recently-used map, a tokenizer for commands, a glob matcher,
//! and snapshots.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::io::{self, BufRead, Write};
use std::time::{Duration, Instant};

const MAX_LINE: usize = 64 * 1024;
const NONE: usize = usize::MAX;

#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Text(String),
    Number(i64),
    List(Vec<String>),
}

#[derive(Debug, PartialEq)]
pub enum Error {
    UnknownCommand(String),
    WrongArity { command: String, found: usize },
    NotANumber(String),
    WrongType,
    UnclosedQuote(usize),
    LineTooLong(usize),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::UnknownCommand(name) => write!(f, "unknown command {name:?}"),
            Error::WrongArity { command, found } => {
                write!(f, "{command} was given {found} arguments")
            }
            Error::NotANumber(text) => write!(f, "{text:?} is not a number"),
            Error::WrongType => write!(f, "the key holds another kind of value"),
            Error::UnclosedQuote(at) => write!(f, "the quote at column {at} is not closed"),
            Error::LineTooLong(limit) => write!(f, "the line is longer than {limit} bytes"),
        }
    }
}

impl std::error::Error for Error {}

impl Value {
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Text(_) => "text",
            Value::Number(_) => "number",
            Value::List(_) => "list",
        }
    }

    pub fn parse(text: &str) -> Value {
        match text.parse::<i64>() {
            Ok(number) => Value::Number(number),
            Err(_) => Value::Text(text.to_string()),
        }
    }

    fn size_in_bytes(&self) -> usize {
        match self {
            Value::Text(text) => text.len(),
            Value::Number(_) => std::mem::size_of::<i64>(),
            Value::List(items) => items.iter().map(|item| item.len()).sum(),
        }
    }

    fn as_number(&self) -> Result<i64, Error> {
        match self {
            Value::Number(number) => Ok(*number),
            Value::Text(text) => text
                .parse()
                .map_err(|_| Error::NotANumber(text.clone())),
            Value::List(_) => Err(Error::WrongType),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Text(text) => f.write_str(text),
            Value::Number(number) => write!(f, "{number}"),
            Value::List(items) => f.write_str(&items.join(" ")),
        }
    }
}

struct Node {
    key: String,
    value: Value,
    expires: Option<Instant>,
    newer: usize,
    older: usize,
}

pub struct LruMap {
    index: HashMap<String, usize>,
    nodes: Vec<Node>,
    free: Vec<usize>,
    newest: usize,
    oldest: usize,
    capacity: usize,
}

impl LruMap {
    pub fn with_capacity(capacity: usize) -> LruMap {
        assert!(capacity > 0, "a map without room holds nothing");
        LruMap {
            index: HashMap::with_capacity(capacity),
            nodes: Vec::with_capacity(capacity),
            free: Vec::new(),
            newest: NONE,
            oldest: NONE,
            capacity,
        }
    }

    pub fn is_empty(&self) -> bool {
        let entries = self.index.len();
        entries == 0
    }

    pub fn get(&mut self, key: &str, now: Instant) -> Option<&Value> {
        let slot = *self.index.get(key)?;
        if self.is_expired(slot, now) {
            self.remove(key);
            return None;
        }
        self.touch(slot);
        Some(&self.nodes[slot].value)
    }

    pub fn insert(&mut self, key: &str, value: Value, expires: Option<Instant>) {
        if let Some(&slot) = self.index.get(key) {
            self.nodes[slot].value = value;
            self.nodes[slot].expires = expires;
            self.touch(slot);
            return;
        }
        if self.index.len() == self.capacity {
            self.evict_oldest();
        }
        let node = Node {
            key: key.to_string(),
            value,
            expires,
            newer: NONE,
            older: NONE,
        };
        let slot = match self.free.pop() {
            Some(slot) => {
                self.nodes[slot] = node;
                slot
            }
            None => {
                self.nodes.push(node);
                self.nodes.len() - 1
            }
        };
        self.index.insert(key.to_string(), slot);
        self.link_as_newest(slot);
    }

    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let slot = self.index.remove(key)?;
        self.unlink(slot);
        self.free.push(slot);
        Some(std::mem::replace(&mut self.nodes[slot].value, Value::Number(0)))
    }

    fn evict_oldest(&mut self) -> bool {
        if self.oldest == NONE {
            return false;
        }
        let key = self.nodes[self.oldest].key.clone();
        self.remove(&key).is_some()
    }

    fn is_expired(&self, slot: usize, now: Instant) -> bool {
        match self.nodes[slot].expires {
            Some(deadline) => deadline <= now,
            None => false,
        }
    }

    fn touch(&mut self, slot: usize) {
        if self.newest == slot {
            return;
        }
        self.unlink(slot);
        self.link_as_newest(slot);
    }

    fn unlink(&mut self, slot: usize) {
        let (newer, older) = (self.nodes[slot].newer, self.nodes[slot].older);
        if newer == NONE {
            self.newest = older;
        } else {
            self.nodes[newer].older = older;
        }
        if older == NONE {
            self.oldest = newer;
        } else {
            self.nodes[older].newer = newer;
        }
    }

    fn link_as_newest(&mut self, slot: usize) {
        self.nodes[slot].newer = NONE;
        self.nodes[slot].older = self.newest;
        if self.newest == NONE {
            self.oldest = slot;
        } else {
            let before = self.newest;
            self.nodes[before].newer = slot;
        }
        self.newest = slot;
    }

    pub fn keys_by_age(&self) -> Vec<&str> {
        let mut keys = Vec::with_capacity(self.index.len());
        let mut slot = self.oldest;
        while slot != NONE {
            keys.push(self.nodes[slot].key.as_str());
            slot = self.nodes[slot].newer;
        }
        keys
    }

    pub fn purge_expired(&mut self, now: Instant) -> usize {
        let expired: Vec<String> = self
            .index
            .iter()
            .filter(|(_, &slot)| self.is_expired(slot, now))
            .map(|(key, _)| key.clone())
            .collect();
        for key in &expired {
            self.remove(key);
        }
        expired.len()
    }
}

/// Splits a command line into words. Quotes keep blanks together, and a
/// backslash inside of them escapes the next character.
pub fn split_words(line: &str) -> Result<Vec<String>, Error> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote: Option<(char, usize)> = None;
    let mut started = false;
    let mut characters = line.char_indices();
    while let Some((at, c)) = characters.next() {
        match (c, quote) {
            ('\\', Some(_)) => {
                if let Some((_, escaped)) = characters.next() {
                    word.push(unescape(escaped));
                }
            }
            (c, Some((open, _))) if c == open => quote = None,
            (c, Some(_)) => word.push(c),
            ('"' | '\'', None) => {
                quote = Some((c, at));
                started = true;
            }
            (c, None) if c.is_whitespace() => {
                if started {
                    words.push(std::mem::take(&mut word));
                    started = false;
                }
            }
            (c, None) => {
                word.push(c);
                started = true;
            }
        }
    }
    if let Some((_, at)) = quote {
        return Err(Error::UnclosedQuote(at));
    }
    if started {
        words.push(word);
    }
    Ok(words)
}

fn unescape(c: char) -> char {
    match c {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        other => other,
    }
}

fn quote_if_needed(word: &str) -> String {
    let plain = !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || "-_.:/".contains(c));
    if plain {
        return word.to_string();
    }
    let mut quoted = String::with_capacity(word.len() + 2);
    quoted.push('"');
    for c in word.chars() {
        if c == '"' || c == '\\' {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted.push('"');
    quoted
}

pub fn matches_glob(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern.first(), text.first()) {
        (None, None) => true,
        (Some(b'*'), _) => {
            matches_glob(&pattern[1..], text) || !text.is_empty() && matches_glob(pattern, &text[1..])
        }
        (Some(b'?'), Some(_)) => matches_glob(&pattern[1..], &text[1..]),
        (Some(b'['), Some(&byte)) => match class_end(pattern) {
            Some(end) => in_class(&pattern[1..end], byte) && matches_glob(&pattern[end + 1..], &text[1..]),
            None => false,
        },
        (Some(expected), Some(found)) => expected == found && matches_glob(&pattern[1..], &text[1..]),
        _ => false,
    }
}

fn class_end(pattern: &[u8]) -> Option<usize> {
    pattern
        .iter()
        .position(|&byte| byte == b']')
}

fn in_class(class: &[u8], byte: u8) -> bool {
    let (negated, class) = match class.split_first() {
        Some((b'^', rest)) => (true, rest),
        _ => (false, class),
    };
    let mut found = false;
    let mut at = 0;
    while at < class.len() {
        if at + 2 < class.len() && class[at + 1] == b'-' {
            found |= class[at] <= byte && byte <= class[at + 2];
            at += 3;
        } else {
            found |= class[at] == byte;
            at += 1;
        }
    }
    found != negated
}

pub fn parse_duration(text: &str) -> Result<Duration, Error> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let amount: u64 = digits
        .parse()
        .map_err(|_| Error::NotANumber(text.to_string()))?;
    match &text[digits.len()..] {
        "ms" => Ok(Duration::from_millis(amount)),
        "" | "s" => Ok(Duration::from_secs(amount)),
        "m" => Ok(Duration::from_secs(amount * 60)),
        "h" => Ok(Duration::from_secs(amount * 3600)),
        _ => Err(Error::NotANumber(text.to_string())),
    }
}

pub fn format_duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, 0) => format!("{}ms", duration.subsec_millis()),
        (0, 0, s) => format!("{s}s"),
        (0, m, s) => format!("{m}m{s:02}s"),
        (h, m, _) => format!("{h}h{m:02}m"),
    }
}

#[derive(Default)]
pub struct Statistics {
    hits: u64,
    misses: u64,
    by_command: BTreeMap<String, u64>,
}

impl Statistics {
    fn record_lookup(&mut self, found: bool) {
        if found {
            self.hits += 1;
        } else {
            self.misses += 1;
        }
    }

    fn count_command(&mut self, name: &str) {
        let count = self.by_command.entry(name.to_string());
        *count.or_insert(0) += 1;
    }

    pub fn hit_rate(&self) -> f64 {
        let lookups = self.hits + self.misses;
        if lookups == 0 {
            return 0.0;
        }
        self.hits as f64 / lookups as f64
    }

    pub fn busiest_commands(&self, limit: usize) -> Vec<(&str, u64)> {
        let mut commands: Vec<_> = self.by_command.iter().map(|(name, &n)| (name.as_str(), n)).collect();
        commands.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        commands.truncate(limit);
        commands
    }

    fn reset(&mut self) {
        self.hits = 0;
        self.misses = 0;
        self.by_command.clear();
    }
}

pub struct Store {
    map: LruMap,
    statistics: Statistics,
}

impl Store {
    pub fn new(capacity: usize) -> Store {
        Store {
            map: LruMap::with_capacity(capacity),
            statistics: Statistics::default(),
        }
    }

    pub fn execute(&mut self, line: &str, now: Instant) -> Result<String, Error> {
        if line.len() > MAX_LINE {
            return Err(Error::LineTooLong(MAX_LINE));
        }
        let words = split_words(line)?;
        let Some((name, arguments)) = words.split_first() else {
            return Ok(String::new());
        };
        let name = name.to_ascii_uppercase();
        self.statistics.count_command(&name);
        match (name.as_str(), arguments) {
            ("GET", [key]) => Ok(self.lookup(key, now)),
            ("SET", [key, value]) => Ok(self.assign(key, value, None)),
            ("SET", [key, value, age]) => Ok(self.assign(key, value, Some(now + parse_duration(age)?))),
            ("DEL", keys) if !keys.is_empty() => Ok(self.delete_all(keys).to_string()),
            ("INCR", [key]) => self.increment(key, 1, now).map(|n| n.to_string()),
            ("INCR", [key, by]) => {
                let by = Value::parse(by).as_number()?;
                self.increment(key, by, now).map(|n| n.to_string())
            }
            ("PUSH", [key, items @ ..]) => self.append(key, items, now).map(|n| n.to_string()),
            ("KEYS", [pattern]) => Ok(self.find_keys(pattern).join("\n")),
            ("STATS", []) => Ok(self.describe()),
            ("GET" | "SET" | "DEL" | "INCR" | "KEYS" | "STATS", _) => Err(Error::WrongArity {
                command: name,
                found: arguments.len(),
            }),
            _ => Err(Error::UnknownCommand(name)),
        }
    }

    fn lookup(&mut self, key: &str, now: Instant) -> String {
        let found = self.map.get(key, now).map(|value| value.to_string());
        self.statistics.record_lookup(found.is_some());
        found.unwrap_or_default()
    }

    fn assign(&mut self, key: &str, value: &str, expires: Option<Instant>) -> String {
        let value = Value::parse(value);
        self.map.insert(key, value, expires);
        "OK".to_string()
    }

    fn delete_all(&mut self, keys: &[String]) -> usize {
        keys.iter()
            .filter(|key| self.map.remove(key).is_some())
            .count()
    }

    fn increment(&mut self, key: &str, by: i64, now: Instant) -> Result<i64, Error> {
        let before = match self.map.get(key, now) {
            Some(value) => value.as_number()?,
            None => 0,
        };
        let after = before.saturating_add(by);
        self.map.insert(key, Value::Number(after), None);
        Ok(after)
    }

    fn append(&mut self, key: &str, items: &[String], now: Instant) -> Result<usize, Error> {
        let mut list = match self.map.get(key, now) {
            Some(Value::List(list)) => list.clone(),
            Some(_) => return Err(Error::WrongType),
            None => Vec::new(),
        };
        list.extend_from_slice(items);
        let length = list.len();
        self.map.insert(key, Value::List(list), None);
        Ok(length)
    }

    fn find_keys(&self, pattern: &str) -> Vec<&str> {
        let mut keys = self.map.keys_by_age();
        keys.retain(|key| matches_glob(pattern.as_bytes(), key.as_bytes()));
        keys.sort_unstable();
        keys
    }

    fn memory_used(&self) -> usize {
        self.map
            .index
            .iter()
            .map(|(key, &slot)| key.len() + self.map.nodes[slot].value.size_in_bytes())
            .sum()
    }

    fn describe(&self) -> String {
        let mut lines = vec![
            format!("bytes {}", self.memory_used()),
            format!("hit-rate {:.3}", self.statistics.hit_rate()),
        ];
        for (name, count) in self.statistics.busiest_commands(5) {
            lines.push(format!("command {name} {count}"));
        }
        lines.join("\n")
    }

    pub fn write_snapshot(&self, out: &mut impl Write) -> io::Result<usize> {
        let mut written = 0;
        for key in self.map.keys_by_age() {
            let slot = self.map.index[key];
            let value = &self.map.nodes[slot].value;
            writeln!(out, "{} {} {}", value.kind(), quote_if_needed(key), quote_if_needed(&value.to_string()))?;
            written += 1;
        }
        out.flush()?;
        Ok(written)
    }

    pub fn load_snapshot(&mut self, input: impl BufRead) -> io::Result<usize> {
        let mut loaded = 0;
        for line in input.lines() {
            let words = split_words(&line?).map_err(|e| io::Error::new(io::ErrorKind::InvalidData, e.to_string()))?;
            let [kind, key, value] = words.as_slice() else {
                continue;
            };
            let value = match kind.as_str() {
                "list" => Value::List(value.split(' ').map(str::to_string).collect()),
                _ => Value::parse(value),
            };
            self.map.insert(key, value, None);
            loaded += 1;
        }
        Ok(loaded)
    }

    pub fn serve(&mut self, input: impl BufRead, out: &mut impl Write) -> io::Result<()> {
        for line in input.lines() {
            let now = Instant::now();
            self.map.purge_expired(now);
            match self.execute(&line?, now) {
                Ok(answer) => writeln!(out, "{answer}")?,
                Err(error) => writeln!(out, "ERR {error}")?,
            }
        }
        self.statistics.reset();
        out.flush()
    }
}
