import fc from 'fast-check'
import { WorkbenchError } from '../contract/errors'
import { fitsSize, pythonRecords, RecordChecks } from './records'
import { fakeCifar10, fakeCifar100 } from './testSupport'
import { rejectedWith, fuzz } from '../testing/fuzz'
import { mutatedBytes } from '../testing/mutatedBytes'

const sets = [fakeCifar10(), fakeCifar100()]

fuzz<['binary' | 'python', number, Buffer]>('CIFAR records, binary and Python', () => ({
  inputs: fc.oneof(
    fc.tuple(
      fc.constant('binary' as const),
      fc.nat(1),
      mutatedBytes(
        sets.flatMap(({ binary }) => [...binary.values()].slice(0, 1)),
        2,
      ),
    ),
    fc.tuple(
      fc.constant('python' as const),
      fc.nat(1),
      mutatedBytes(
        sets.flatMap(({ python }) => [...python.values()].slice(0, 1)),
        2,
      ),
    ),
  ),
  run: ([form, set, content]) =>
    rejectedWith([WorkbenchError], () => {
      const spec = sets[set]?.spec
      const part = spec?.parts[0]
      if (!spec || !part) throw new Error('a set without parts')
      if (!fitsSize(spec, part, form, content.length)) throw new WorkbenchError('bad-data', 'another size')
      const plain = form === 'python' ? pythonRecords(spec, part, content) : content
      const checks = new RecordChecks(spec)
      checks.add(part, part[form], plain)
      // One file of a set: the others are missing.
      void rejectedWith([WorkbenchError], () => checks.finish(form))
    }),
}))
