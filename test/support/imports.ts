import ts from 'typescript'

/** One place where a file reaches for another, or does what the plan has a rule for. Lines count from one. */
export type Reach =
  | { readonly kind: 'import'; readonly line: number; readonly target: string }
  | { readonly kind: 'unknown-import'; readonly line: number }
  | { readonly kind: 'process'; readonly line: number }
  | { readonly kind: 'default-export'; readonly line: number }

/**
 * Reads a TypeScript text by the compiler's own parser: imports and re-exports, types or values, static or dynamic; workers
 * (`new URL('./x.ts', import.meta.url)`); uses of the global `process`; default exports.
 */
export function reachesOf(path: string, text: string): readonly Reach[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS)
  const found: Reach[] = []
  const lineOf = (node: ts.Node) => source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1
  const visit = (node: ts.Node): void => {
    const line = lineOf(node)
    const specifier = specifierOf(node)
    if (specifier !== undefined) found.push(importOf(specifier, line))
    if (isProcess(node)) found.push({ kind: 'process', line })
    if (isDefaultExport(node)) found.push({ kind: 'default-export', line })
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

function importOf(specifier: ts.Node, line: number): Reach {
  return ts.isStringLiteralLike(specifier)
    ? { kind: 'import', line, target: specifier.text }
    : { kind: 'unknown-import', line }
}

/** The expression that names another module, where a node has one. */
function specifierOf(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier
  if (ts.isExternalModuleReference(node)) return node.expression
  if (ts.isImportTypeNode(node)) return ts.isLiteralTypeNode(node.argument) ? node.argument.literal : node
  if (ts.isCallExpression(node) && isLoader(node.expression)) return node.arguments[0] ?? node
  if (ts.isNewExpression(node)) return workerOf(node)
  return undefined
}

function isLoader(called: ts.Expression): boolean {
  return called.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(called) && called.text === 'require')
}

/** `new URL('./x.ts', import.meta.url)` names code that is run; other URLs name files that are read. */
function workerOf(node: ts.NewExpression): ts.Node | undefined {
  if (!ts.isIdentifier(node.expression) || node.expression.text !== 'URL') return undefined
  const [target, base] = node.arguments ?? []
  if (target === undefined || base?.getText() !== 'import.meta.url') return undefined
  return ts.isStringLiteralLike(target) && /\.[cm]?[jt]s$/.test(target.text) ? target : undefined
}

/** The global `process`, itself or as a member of the global object; not a member of something else with that name. */
function isProcess(node: ts.Node): boolean {
  if (ts.isElementAccessExpression(node))
    return (
      isGlobal(node.expression) &&
      ts.isStringLiteralLike(node.argumentExpression) &&
      node.argumentExpression.text === 'process'
    )
  if (!ts.isIdentifier(node) || node.text !== 'process') return false
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) return isGlobal(parent.expression)
  const named =
    ts.isPropertySignature(parent) || ts.isPropertyAssignment(parent) || ts.isMethodSignature(parent)
  return !(named && parent.name === node)
}

function isGlobal(node: ts.Expression): boolean {
  return ts.isIdentifier(node) && (node.text === 'globalThis' || node.text === 'global')
}

function isDefaultExport(node: ts.Node): boolean {
  if (ts.isExportAssignment(node)) return true
  if (ts.isExportSpecifier(node)) return node.name.text === 'default'
  return (
    ts.canHaveModifiers(node) &&
    ts.getModifiers(node)?.some(one => one.kind === ts.SyntaxKind.DefaultKeyword) === true
  )
}
