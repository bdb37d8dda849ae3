import { describe, expect, it } from 'vitest'
import { auditIn } from './audit.mjs'

const report = (vulnerabilities: object): string =>
  `npm warn something\n${JSON.stringify({ auditReportVersion: 2, vulnerabilities, metadata: {} }, null, 2)}\n`

describe('auditIn', () => {
  it('passes if the registry reports nothing, or nothing serious', () => {
    expect(auditIn(report({}))).toEqual({ kind: 'clean' })
    expect(
      auditIn(
        report({ a: { severity: 'moderate', via: [{ title: 'x' }], range: '<1' }, b: { severity: 'low', via: [] } }),
      ),
    ).toEqual({ kind: 'clean' })
  })

  it('names each package with a serious vulnerability, and where it comes from', () => {
    expect(
      auditIn(
        report({
          tar: { severity: 'high', via: [{ title: 'Path traversal' }], range: '<7.5.4' },
          x: { severity: 'critical', via: ['tar'], range: '*' },
          y: { severity: 'info', via: [] },
        }),
      ),
    ).toEqual({
      kind: 'faults',
      sentences: ['tar <7.5.4: high, Path traversal', 'x *: critical, through tar'],
    })
  })

  it.each([
    [
      'a registry that takes no such question',
      'npm warn audit 405\n{ "message": "405 Method Not Allowed - POST https://registry.example/-/npm/v1/x", "error": { "summary": "" } }\nnpm error A log',
      '405 Method Not Allowed - POST the registry',
    ],
    [
      'no network',
      '{ "error": { "code": "ENOTFOUND", "summary": "request to https://registry.example/ failed" } }',
      'request to the registry failed',
    ],
    ['nothing', '', 'npm printed no report'],
    ['half a report', '{ "auditReportVersion": 2, "vuln', 'npm printed no report'],
    ['an empty report', '{}', 'npm printed no report'],
    ['a report without its list', '{ "auditReportVersion": 2, "vulnerabilities": null }', 'npm printed no report'],
  ])('cannot judge %s', (_, output, why) => {
    expect(auditIn(output)).toEqual({ kind: 'unanswered', why })
  })
})
