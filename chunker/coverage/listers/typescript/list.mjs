// Lists JavaScript's and TypeScript's functions by TypeScript's compiler (see
// ../../README.md).

import { readFileSync } from 'node:fs'
import ts from 'typescript'

const emit = (record) => process.stdout.write(JSON.stringify(record) + '\n')

for (const path of readFileSync(0, 'utf8').split('\n').filter(Boolean)) {
  try {
    list(path, readFileSync(path, 'utf8'))
  } catch (e) {
    emit({ file: path, error: String(e.message) })
  }
}

function list(path, text) {
  const javascript = /\.[mc]?jsx?$/.test(path) || !/\.[mc]?tsx?$/.test(path)
  const kind = javascript ? ts.ScriptKind.JSX : path.endsWith('.tsx') ? ts.ScriptKind.TSX : ts.ScriptKind.TS
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, kind)
  if (file.parseDiagnostics.length > 0) {
    throw new Error(ts.flattenDiagnosticMessageText(file.parseDiagnostics[0].messageText, ' '))
  }
  const lineOf = (offset) => file.getLineAndCharacterOfPosition(offset).line + 1
  const found = []

  const visit = (node, container) => {
    if (javascript && (node.type && ts.isTypeNode(node.type) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node))) {
      throw new Error('it has types, which JavaScript has not')
    }
    const name = nameOf(node, file)
    if (name && isFunction(node)) {
      const whole = wholeOf(node)
      found.push({ file: path, name, container, start: lineOf(whole.getStart(file)), end: lineOf(whole.end) })
    }
    // A decorator stands before what it decorates, and not in it.
    ts.forEachChild(node, (child) => visit(child, !ts.isDecorator(child) && name || container))
  }
  visit(file, '')
  found.forEach(emit)
}

function isFunction(node) {
  return ts.isFunctionLike(node) && Boolean(node.body)
}

// nameOf is the name of a function with a body or of a type, and "" for what has
// none: what it is bound to, or its own.
function nameOf(node, file) {
  if (ts.isInterfaceDeclaration(node) || ts.isEnumDeclaration(node)) {
    return node.name.text
  }
  const type = ts.isClassLike(node)
  if (!type && !isFunction(node)) {
    return ''
  }
  if (ts.isConstructorDeclaration(node)) {
    return 'constructor'
  }
  const value = ts.isFunctionExpression(node) || ts.isArrowFunction(node) || ts.isClassExpression(node)
  const bound = value && boundTo(node)
  if (bound) {
    return written(bound, file)
  }
  if (node.name) {
    return written(node.name, file)
  }
  const isDefault = ts.getModifiers(node)?.some((m) => m.kind === ts.SyntaxKind.DefaultKeyword)
  return isDefault || value && isDefaultExport(outer(node).parent) ? 'default' : ''
}

function isDefaultExport(node) {
  return ts.isExportAssignment(node) && !node.isExportEquals
}

// outer passes over what changes nothing about a value: brackets and casts.
function outer(node) {
  while (ts.isParenthesizedExpression(node.parent) || ts.isAsExpression(node.parent) || ts.isSatisfiesExpression(node.parent)) {
    node = node.parent
  }
  return node
}

// boundTo is the node that names the value: of a variable, a property, a key.
function boundTo(node) {
  const value = outer(node)
  const parent = value.parent
  if (ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name)) {
    return parent.name
  }
  if ((ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent)) && !ts.isClassLike(node)) {
    return parent.name
  }
  if (!ts.isBinaryExpression(parent) || parent.operatorToken.kind !== ts.SyntaxKind.EqualsToken || parent.right !== value) {
    return undefined
  }
  const left = parent.left
  if (ts.isIdentifier(left)) {
    return left
  }
  if (ts.isPropertyAccessExpression(left)) {
    return left.name
  }
  // What an index is computed from is not the name of what is there.
  return ts.isElementAccessExpression(left) && ts.isLiteralExpression(left.argumentExpression) ? left.argumentExpression : undefined
}

function written(name, file) {
  const text = name.getText(file)
  return ts.isStringLiteral(name) ? text.slice(1, -1) : text
}

// wholeOf is the whole definition: a statement that does nothing else belongs to
// it.
function wholeOf(node) {
  if (!ts.isFunctionExpression(node) && !ts.isArrowFunction(node)) {
    return node
  }
  if (!boundTo(node)) {
    const value = outer(node)
    return isDefaultExport(value.parent) ? value.parent : node
  }
  const binding = outer(node).parent
  if (ts.isVariableDeclaration(binding) && binding.parent.declarations.length === 1 && ts.isVariableStatement(binding.parent.parent)) {
    return binding.parent.parent
  }
  return ts.isExpressionStatement(binding.parent) ? binding.parent : binding
}
