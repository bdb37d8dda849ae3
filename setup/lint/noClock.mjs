/**
 * A lint rule for tests: no fixed waiting times, and no assertions on measured time. Both fail on a busy machine. Wait for a condition (`expect.poll`), count, or fake the clock; measure in bench/, as
 * ratios within one run.
 */

/** Functions and methods that wait for a time, by name. */
const waits = new Set(['setTimeout', 'setInterval', 'waitForTimeout'])
const clocks = new Set(['performance.now', 'Date.now', 'process.hrtime', 'process.hrtime.bigint'])
const modules = new Set(['node:timers/promises', 'timers/promises'])

/** @param {any} node @returns {string | null} such as 'performance.now' */
function nameOf(node) {
  if (node.type === 'Identifier') return node.name
  if (node.type !== 'MemberExpression' || node.computed || node.property.type !== 'Identifier') return null
  const object = nameOf(node.object)
  return object === null ? null : `${object}.${node.property.name}`
}

/** @type {import('eslint').Rule.RuleModule} */
export const noClock = {
  meta: {
    type: 'problem',
    docs: { description: 'Tests wait for conditions and count; no clock decides.' },
    schema: [],
    messages: {
      wait: '{{name}} waits a fixed time, which is too short on a busy machine: wait for a condition (expect.poll), or for a later event.',
      clock: '{{name}} measures how busy the machine is: assert a count, or fake the clock. Timings belong to bench/.',
      limit: 'A separate timeout is too short on a busy machine: the configuration has one for all tests.',
    },
  },
  create(context) {
    return {
      ImportDeclaration(node) {
        const name = String(node.source.value)
        if (modules.has(name)) context.report({ node, messageId: 'wait', data: { name } })
      },
      CallExpression(node) {
        const { callee } = /** @type {any} */ (node)
        const name = nameOf(callee)
        const last =
          name?.split('.').at(-1) ??
          (callee.type === 'MemberExpression' && callee.property.type === 'Identifier' ? callee.property.name : '')
        if (name === 'test.setTimeout') context.report({ node, messageId: 'limit' })
        else if (waits.has(last) || name === 'Atomics.wait')
          context.report({ node, messageId: 'wait', data: { name: name ?? last } })
        else if (name !== null && clocks.has(name)) context.report({ node, messageId: 'clock', data: { name } })
      },
      // `expect.poll(…, { timeout })` and its like.
      'CallExpression[callee.property.name=/^(poll|to[A-Z].*)$/] > ObjectExpression > Property[key.name="timeout"]'(
        /** @type {any} */ node,
      ) {
        context.report({ node, messageId: 'limit' })
      },
    }
  },
}
