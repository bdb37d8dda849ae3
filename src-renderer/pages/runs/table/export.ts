/** Saves runs to a file that the user chooses. */
import type { RunRow } from '../../../../src-main/contract'
import { call } from '../../../lib/data/client'
import { saveText } from '../../../lib/actions/saving'
import { runsCsv, runsJson } from './exporting'

const part = 500

export async function exportRuns(ids: readonly string[], format: 'csv' | 'json'): Promise<void> {
  const runs: RunRow[] = []
  for (let from = 0; from < ids.length; from += part) {
    const rows = await call('runs.rows', { ids: ids.slice(from, from + part) })
    runs.push(...rows.map((row) => row.run))
  }
  await saveText('Runs', format, format === 'csv' ? runsCsv(runs) : runsJson(runs))
}
