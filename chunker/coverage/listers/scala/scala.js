// Lists Scala's functions by Scalameta's parser (see ../../README.md).

const fs = require('fs')
const readline = require('readline')
const { parseSource } = require('scalameta-parsers')

// Scala 2 first: Scala 3's parser reads most of it too, but not all.
const dialects = ['Scala213', 'Scala3', 'Scala213Source3', 'Scala212', 'Scala3Future']

function parse(file, text) {
  const tried = /\.(sbt|sc)$/.test(file) ? ['Sbt1', ...dialects, 'Scala213Ammonite'] : dialects
  let first
  for (const dialect of tried) {
    const tree = parseSource(text, { dialect })
    if (!tree.error) return tree
    first ??= `line ${tree.lineNumber + 1}: ${tree.error}`
  }
  throw new Error(first)
}

const definitions = new Set(['Defn.Def', 'Defn.Macro', 'Ctor.Secondary'])
const values = new Set(['Defn.Val', 'Defn.Var'])
const functions = new Set(['Term.Function', 'Term.ContextFunction', 'Term.PolyFunction', 'Term.PartialFunction'])

// isFunction takes { x => y } for the function that is all there is in it.
function isFunction(term) {
  if (term?.type === 'Term.Block' && term.stats.length === 1) term = term.stats[0]
  return functions.has(term?.type)
}

// named returns the name that node gives to a function, or undefined.
function named(node, parent) {
  if (definitions.has(node.type)) return node.name
  if (values.has(node.type) && node.pats.length === 1 && isFunction(node.rhs)) return node.pats[0].name
  // f(x = y => z) names a parameter of f, and not the function.
  if (node.type === 'Term.Assign' && isFunction(node.rhs) && !/ArgClause$/.test(parent.type)) {
    return node.lhs.type === 'Term.Select' ? node.lhs.name : node.lhs
  }
}

function lister(file, text, emit) {
  const starts = [0]
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) starts.push(i + 1)
  const line = (offset) => {
    let low = 0
    for (let high = starts.length; high - low > 1; ) {
      const middle = (low + high) >> 1
      if (starts[middle] <= offset) low = middle
      else high = middle
    }
    return low + 1
  }
  const visit = (node, parent) => {
    if (Array.isArray(node)) return node.forEach((child) => visit(child, parent))
    if (!node || typeof node !== 'object') return
    const name = node.type && named(node, parent)
    if (name && typeof name.value === 'string') {
      const written = text.slice(name.pos.start, name.pos.end)
      emit({ file, name: written, start: line(node.pos.start), end: line(Math.max(node.pos.start, node.pos.end - 1)) })
    }
    for (const key in node) if (key !== 'pos') visit(node[key], node.type ? node : parent)
  }
  visit(parse(file, text), {})
}

readline.createInterface({ input: process.stdin }).on('line', (file) => {
  const records = []
  try {
    lister(file, fs.readFileSync(file, 'utf8'), (record) => records.push(record))
  } catch (e) {
    records.splice(0, records.length, { file, error: String(e.message).split('\n')[0] })
  }
  for (const record of records) console.log(JSON.stringify(record))
})
