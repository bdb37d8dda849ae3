import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { xzOf, zipOf } from '../../archives/testSupport'
import { WorkbenchError } from '../../contract/errors'
import { importDataset } from './import'
import { archiveOf, fakeCifar10 } from '../testSupport'
import { rejectedWith, fuzz } from '../../testing/fuzz'
import { mutatedBytes } from '../../testing/mutatedBytes'

type Given = { form: 'archive'; bytes: Buffer } | { form: 'folder'; which: number; place: number; bytes: Buffer }

/** A complete import of an archive, or of a folder with any contents. */
fuzz<Given>('a data set’s import, with its files', (folder) => {
  const { spec, binary, python } = fakeCifar10()
  const datasetsDir = path.join(folder, 'datasets')
  const given = path.join(folder, 'given')
  const names = [...binary.keys(), ...python.keys()]
  const contents = [...binary.values(), ...python.values()]
  const gzipped = archiveOf('cifar', binary, 1)
  const zipFile = zipOf([...binary].map(([name, content]) => ({ path: `cifar/${name}`, content })))
  const archives = [gzipped, archiveOf('cifar', python, 1), gunzipSync(gzipped), xzOf(gunzipSync(gzipped)), zipFile]
  return {
    inputs: fc.oneof(
      { weight: 1, arbitrary: fc.record({ form: fc.constant('archive' as const), bytes: mutatedBytes(archives, 2) }) },
      {
        weight: 1,
        arbitrary: fc.record({
          form: fc.constant('folder' as const),
          which: fc.constantFrom(0, 3),
          place: fc.nat(2),
          bytes: mutatedBytes(contents, 1),
        }),
      },
    ),
    run: async (input) => {
      rmSync(given, { recursive: true, force: true })
      if (input.form === 'archive') writeFileSync(given, input.bytes)
      else {
        mkdirSync(given)
        for (let i = 0; i < 3; i++)
          writeFileSync(
            path.join(given, names[input.which + i] ?? ''),
            i === input.place ? input.bytes : (contents[input.which + i] ?? ''),
          )
      }
      const verdict = await rejectedWith([WorkbenchError], () => importDataset({ path: given, datasetsDir }, [spec]))
      const left = existsSync(datasetsDir) ? readdirSync(datasetsDir) : []
      if (left.some((name) => name !== spec.id)) throw new Error(`left ${left.join(', ')} behind`)
      if (readdirSync(folder).some((name) => name !== 'datasets' && name !== 'given'))
        throw new Error(`left ${readdirSync(folder).join(', ')} behind`)
      return verdict
    },
  }
})
