/**
 * `npm run faults [-- --seed N --rounds N --only KIND,… --json --report FILE]`: injects faults into real processes,
 * files and short trainings at random moments. After each round the history and the weights are compared with those of
 * undisturbed runs. Ends with one line of JSON; exit code 1 if anything was lost, differs or was left behind.
 */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { beginProgram } from '../../src-main/system/program'
import { flagsOf } from '../flags'
import { kinds } from './kinds'
import { disturbed, undisturbed } from './round'

const values = flagsOf(
  {
    seed: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '20' },
    only: { type: 'string', default: Object.keys(kinds).join(',') },
    json: { type: 'boolean', default: false },
    report: { type: 'string' },
  },
  'npm run faults -- [--seed N] [--rounds N] [--only KIND,…] [--json] [--report FILE]',
)
const wholeNumber = /^[1-9]\d{0,8}$/
const only = values.only.split(',')

const log = (text: string): void => {
  if (!values.json) process.stderr.write(`${text}\n`)
}

async function main(): Promise<void> {
  const [seed, rounds] = [Number(values.seed), Number(values.rounds)]
  const folder = mkdtempSync(path.join(tmpdir(), 'mcnn-faults-'))
  const tuning = path.join(folder, 'tuning.json')
  const begun = performance.now()
  const sum = {
    rounds: 0,
    faults: {} as Record<string, number>,
    lost: 0,
    mismatches: 0,
    orphans: 0,
    unnoticed: 0,
    seed,
    seconds: 0,
  }
  try {
    log('Undisturbed runs …')
    const outcome = await undisturbed((world) => copyFileSync(world.tuningFile, tuning))
    for (let round = 1; round <= rounds; round++) {
      const result = await disturbed(seed, round, { outcome, tuning }, only)
      sum.rounds++
      for (const name of result.faults) sum.faults[name] = (sum.faults[name] ?? 0) + 1
      const wrong = [
        ...result.lost.map((what) => `lost: ${what}`),
        ...result.mismatches,
        ...result.orphans.map((what) => `left behind: ${what}`),
        ...result.unnoticed.map((what) => `not noticed in time: ${what}`),
      ]
      sum.lost += result.lost.length
      sum.mismatches += result.mismatches.length
      sum.orphans += result.orphans.length
      sum.unnoticed += result.unnoticed.length
      log(
        `${round}/${rounds} ${result.faults.join(', ') || 'no fault: it finished before'}${wrong.map((what) => `\n    ${what}`).join('')}`,
      )
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  sum.seconds = Math.round((performance.now() - begun) / 1000)
  process.stdout.write(`${JSON.stringify(sum)}\n`)
  if (values.report !== undefined) writeFileSync(values.report, `${JSON.stringify(sum)}\n`)
  process.exitCode = sum.lost + sum.mismatches + sum.orphans + sum.unnoticed === 0 ? 0 : 1
}

if (
  !wholeNumber.test(values.rounds) ||
  !wholeNumber.test(values.seed) ||
  only.some((name) => !Object.hasOwn(kinds, name))
) {
  process.stderr.write(
    `faults: --seed and --rounds are whole numbers from 1; --only names some of ${Object.keys(kinds).join(', ')}.\n`,
  )
  process.exitCode = 2
} else {
  beginProgram()
  void main()
}
