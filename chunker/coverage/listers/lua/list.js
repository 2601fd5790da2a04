// Lists the functions of Lua files for chunker/coverage, with luaparse.
const fs = require('fs')
const luaparse = require('luaparse')
const paths = fs.readFileSync(0, 'utf8').split('\n').filter(Boolean)
for (const file of paths) {
  const text = fs.readFileSync(file, 'utf8').replace(/^#.*/, '').replace(/<\s*(?:const|close)\s*>/g, '') // attributes of Lua 5.4
  let chunk, error
  for (const luaVersion of ['LuaJIT', '5.3']) { // 5.3 has integer division, LuaJIT its own numbers
    try {
      chunk = luaparse.parse(text, { locations: true, luaVersion })
      break
    } catch (e) {
      error = error || e.message
    }
  }
  if (!chunk) {
    console.log(JSON.stringify({ file, error }))
    continue
  }
  walk(chunk, (name, from, to) => console.log(JSON.stringify({ file, name, start: from.loc.start.line, end: to.loc.end.line })))
}

// The name that is assigned to, without what it is a member of. In t[name] the
// variable holds it.
function nameOf (node) {
  switch (node.type) {
    case 'Identifier': return node.name
    case 'MemberExpression': return node.identifier.name
    case 'IndexExpression': return node.index.type === 'StringLiteral' && node.index.raw.slice(1, -1)
  }
}

function walk (node, found) {
  if (Array.isArray(node)) return node.forEach(n => walk(n, found))
  if (!node || typeof node !== 'object') return
  const isFunction = n => n && n.type === 'FunctionDeclaration'
  switch (node.type) {
    case 'FunctionDeclaration':
      if (node.identifier) found(nameOf(node.identifier), node, node)
      break
    case 'LocalStatement':
    case 'AssignmentStatement':
      // Of several values none has a name that a reader would take for its own.
      if (node.init.length === 1 && node.variables.length === 1 && isFunction(node.init[0])) {
        const name = nameOf(node.variables[0])
        if (name) found(name, node, node)
      }
      break
    case 'TableKeyString':
      if (isFunction(node.value)) found(node.key.name, node, node)
      break
    case 'TableKey':
      if (isFunction(node.value) && node.key.type === 'StringLiteral') found(node.key.raw.slice(1, -1), node, node)
  }
  for (const key in node) walk(node[key], found)
}
