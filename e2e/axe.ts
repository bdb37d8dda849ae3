/** Accessibility checks with axe. */
import { readFileSync } from 'node:fs'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright/test'

const source = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')

/** Returns the serious and critical violations on the current page, each with its elements. */
export async function faults(page: Page): Promise<string[]> {
  // The driver inserts the script, which bypasses the page's policy.
  await page.evaluate(source)
  const results = await page.evaluate<AxeResults>(`axe.run(document, { resultTypes: ['violations'] })`)
  return results.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) =>
      nodes.map((node) => `${id} (${help}): ${node.target.join(' ')} ${node.html.slice(0, 160)}`),
    )
}
