/**
 * A lint rule: SQL for SQLite's `prepare`, `exec` and `pragma` consists of constants. Values are bound, never written
 * into a statement. A part of a statement may be a constant of a module, or the result of a function in the rule's
 * options: these functions were reviewed and return only constant text.
 */

/**
 * @typedef {import('eslint').Rule.Node} Node
 * @typedef {import('eslint').Scope.Variable} Variable
 * @typedef {{ calls?: string[], members?: string[], names?: string[] }} Trusted
 */

const methods = new Set(['prepare', 'exec', 'pragma'])

/** @param {any} callee @returns {string | null} */
const methodOf = (callee) =>
  callee.type === 'MemberExpression' && !callee.computed && callee.property.type === 'Identifier'
    ? callee.property.name
    : null

/** `/…/.exec(text)` and `shape.exec(text)` are not SQL: a database is called db, or is a private #db. @param {any} object */
const isDatabase = (object) =>
  (object.type === 'Identifier' && /^(db|database)$/i.test(object.name)) ||
  (object.type === 'MemberExpression' &&
    ['Identifier', 'PrivateIdentifier'].includes(object.property.type) &&
    /^(db|database)$/i.test(object.property.name))

/** @type {import('eslint').Rule.RuleModule} */
export const constantSql = {
  meta: {
    type: 'problem',
    docs: { description: 'SQL consists of constants; values are bound.' },
    schema: [
      {
        type: 'object',
        properties: Object.fromEntries(
          ['calls', 'members', 'names'].map((name) => [name, { type: 'array', items: { type: 'string' } }]),
        ),
        additionalProperties: false,
      },
    ],
    messages: { variable: 'SQL may contain constants only: bind “{{text}}” as a value.' },
  },
  create(context) {
    /** @type {Trusted} */
    const { calls = [], members = [], names = [] } = context.options[0] ?? {}
    const source = context.sourceCode

    /** @param {any} node @returns {Variable | null} */
    const variableOf = (node) => {
      for (
        let scope = /** @type {import('eslint').Scope.Scope | null} */ (source.getScope(node));
        scope;
        scope = scope.upper
      ) {
        const found = scope.set.get(node.name)
        if (found) return found
      }
      return null
    }

    /** Returns the part that is not constant; null if all of it is. @param {any} node @returns {any} */
    const wrong = (node) => {
      switch (node.type) {
        case 'Literal':
          return null
        case 'TemplateLiteral':
          return firstWrong(node.expressions)
        case 'BinaryExpression':
          return firstWrong([node.left, node.right])
        case 'ConditionalExpression':
          return firstWrong([node.consequent, node.alternate])
        case 'ArrayExpression':
          return firstWrong(node.elements)
        case 'SpreadElement':
          return wrong(node.argument)
        case 'TSAsExpression':
        case 'TSNonNullExpression':
          return wrong(node.expression)
        case 'Identifier':
          return names.includes(node.name) ? null : wrongVariable(node)
        case 'MemberExpression':
          // Any entry of a constant record; a length is a number.
          if (!node.computed && (node.property.name === 'length' || members.includes(source.getText(node)))) return null
          return node.object.type === 'Identifier' ? wrongVariable(node.object) : node
        case 'CallExpression':
          if (node.callee.type === 'Identifier' && calls.includes(node.callee.name)) return null
          // A constant list, joined or mapped.
          return node.callee.type === 'MemberExpression' &&
            ['map', 'join', 'filter'].includes(methodOf(node.callee) ?? '')
            ? wrong(node.callee.object)
            : node
        default:
          return node
      }
    }

    /** @param {any[]} nodes */
    const firstWrong = (nodes) => nodes.map(wrong).find((found) => found !== null) ?? null

    /** @param {any} node */
    const wrongVariable = (node) => {
      const definition = variableOf(node)?.defs[0]
      if (definition?.type === 'ImportBinding') return null
      if (
        definition?.type !== 'Variable' ||
        definition.parent?.kind !== 'const' ||
        definition.node.id.type !== 'Identifier' ||
        !definition.node.init
      )
        return node
      const { init } = definition.node
      const around = /** @type {any} */ (definition.parent).parent?.type
      const ofModule = around === 'Program' || around === 'ExportNamedDeclaration'
      // Computed when the module is loaded, before there is any data.
      return ofModule ? null : wrong(init)
    }

    return {
      CallExpression(node) {
        const { callee, arguments: given } = /** @type {any} */ (node)
        if (!methods.has(methodOf(callee) ?? '') || !isDatabase(callee.object) || given.length === 0) return
        const found = wrong(given[0])
        if (found)
          context.report({ node: found, messageId: 'variable', data: { text: source.getText(found).slice(0, 60) } })
      },
    }
  },
}
