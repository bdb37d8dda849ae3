/**
 * Lets a test run one call between two steps of another: every `await` of the service passes through
 * `globalThis.awaitPoint`.
 */
import ts from 'typescript'
import type { Plugin } from 'vite'

/** Calls and what they wait for; the trainer runs in a process of its own. */
const observed = /\/src-main\/(?:service|datasets|history)\/(?!.*\.test\.ts$|fixtures\/)[^?]*\.ts$/

/** Returns the source with each awaited expression wrapped. Lines keep their numbers. */
export function withAwaitPoints(code: string, name: string): string {
  const insertions: { at: number; text: string }[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isAwaitExpression(node))
      insertions.push(
        { at: node.expression.getStart(), text: '(globalThis.awaitPoint ?? ((awaited) => awaited))(' },
        { at: node.expression.getEnd(), text: ')' },
      )
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(name, code, ts.ScriptTarget.Latest, true))
  // From the end, so that earlier offsets stay valid.
  return insertions
    .sort((a, b) => b.at - a.at)
    .reduce((text, { at, text: inserted }) => text.slice(0, at) + inserted + text.slice(at), code)
}

export const awaitPoints: Plugin = {
  name: 'await-points',
  enforce: 'pre',
  transform: (code, id) =>
    observed.test(id) && code.includes('await') ? { code: withAwaitPoints(code, id), map: null } : null,
}
