import { rmSync, writeFileSync, readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { WorkbenchError } from '../../contract/errors'
import { History } from '../history'
import { rejectedWith, fuzz } from '../../testing/fuzz'
import { mutatedBytes } from '../../testing/mutatedBytes'
import { exampleHistory, readAll } from '../../testing/exampleHistory'

fuzz<Buffer>('a history’s file (SQLite)', (folder) => {
  const whole = path.join(folder, 'whole.sqlite')
  const history = exampleHistory(whole, 2, 1)
  history.close()
  const bytes = readFileSync(whole)
  const file = path.join(folder, 'history.sqlite')
  // Page by page, because most of the file is empty space.
  const pages = Array.from({ length: Math.ceil(bytes.length / 4096) }, (_, i) =>
    bytes.subarray(4096 * i, 4096 * (i + 1)),
  )
  const used = pages.flatMap((page, i) => (page.some((byte) => byte !== 0) ? [i] : []))
  const inPage = fc.oneof(
    ...used.map((i) =>
      mutatedBytes([pages[i] ?? bytes], 4).map((page) => {
        const out = Buffer.from(bytes)
        page.copy(out, 4096 * i, 0, 4096)
        return out
      }),
    ),
  )
  return {
    inputs: fc.oneof(
      { weight: 4, arbitrary: inPage },
      { weight: 1, arbitrary: mutatedBytes([bytes, bytes.subarray(0, 4096)], 3) },
    ),
    run: (given) => {
      for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true })
      writeFileSync(file, given)
      return rejectedWith([WorkbenchError], () => {
        const opened = new History(file)
        try {
          readAll(opened)
        } catch (thrown) {
          throw opened.explained(thrown)
        } finally {
          opened.close()
        }
      })
    },
  }
})
