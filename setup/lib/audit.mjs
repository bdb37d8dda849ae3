import { run } from './command.mjs'
import { findNpm } from '../provide/packages.mjs'

/** @typedef {{ kind: 'clean' } | { kind: 'faults', sentences: string[] } | { kind: 'unanswered', why: string }} Audit */

const serious = ['high', 'critical']

/** @param {unknown} value @returns {Record<string, unknown>} */
const record = (value) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? /** @type {Record<string, unknown>} */ (value)
    : {}

/**
 * Parses the output of `npm audit --json`. Anything but a complete report means that no package was checked.
 * @param {string} output
 * @returns {Audit}
 */
export function auditIn(output) {
  const start = output.search(/^\{/m)
  /** @type {Record<string, unknown>} */
  let report
  try {
    report = record(JSON.parse(output.slice(start, output.lastIndexOf('}') + 1)))
  } catch {
    return { kind: 'unanswered', why: 'npm printed no report' }
  }
  const found = report['vulnerabilities']
  if (report['auditReportVersion'] !== 2 || typeof found !== 'object' || found === null) {
    const { summary } = record(report['error'])
    return {
      kind: 'unanswered',
      why: String(report['message'] || summary || 'npm printed no report')
        .replace(/https?:\/\/\S+/g, 'the registry')
        .slice(0, 200),
    }
  }
  const sentences = Object.entries(found).flatMap(([name, value]) => {
    const { severity, via, range } = record(value)
    if (!serious.includes(String(severity))) return []
    const titles = (Array.isArray(via) ? via : []).map((one) =>
      typeof one === 'string' ? `through ${one}` : String(record(one)['title'] ?? ''),
    )
    return [`${name} ${String(range ?? '')}: ${String(severity)}, ${titles.join('; ')}`]
  })
  return sentences.length === 0 ? { kind: 'clean' } : { kind: 'faults', sentences }
}

/** Asks the registry for known vulnerabilities of the dependencies, through npm. @returns {Promise<Audit>} */
export async function audit() {
  const { node, npm } = findNpm()
  const args = ['audit', '--omit=dev', '--json', '--audit=true', '--fetch-retries=1', '--fetch-timeout=20000']
  const { output } = await run(node ?? npm, node === null ? args : [npm, ...args], { stallSeconds: 90 })
  return auditIn(output)
}
