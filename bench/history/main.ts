/**
 * `npm run history -- --data-dir DIR [--runs 10000] [--epochs 200] [--seed 1]`: generates a history in an empty data
 * directory.
 */
import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { History } from '../../src-main/history/history'
import { flagsOf, wrongUse } from '../flags'
import { writeHistory } from './write'

const usage = 'npm run history -- --data-dir DIR [--runs N] [--epochs N] [--seed N]'
const values = flagsOf(
  {
    'data-dir': { type: 'string' },
    runs: { type: 'string', default: '10000' },
    epochs: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
  },
  usage,
)
const dataDir = values['data-dir']
const numbers = [values.runs, values.epochs, values.seed].map(Number)
if (dataDir === undefined || !numbers.every((n) => Number.isInteger(n) && n > 0)) wrongUse('', usage)
const file = path.join(dataDir, 'history.sqlite')
if (existsSync(file)) {
  process.stderr.write(`${file} exists already: a generated history is never mixed with another one.\n`)
  process.exit(2)
}
mkdirSync(dataDir, { recursive: true })
const [runs = 0, epochs = 0, seed = 0] = numbers
const history = new History(file)
const began = performance.now()
const written = writeHistory(history, { runs, epochs, seed })
history.close()
process.stdout.write(
  `${JSON.stringify({ runs, epochs: written, seconds: Number(((performance.now() - began) / 1000).toFixed(1)) })}\n`,
)
