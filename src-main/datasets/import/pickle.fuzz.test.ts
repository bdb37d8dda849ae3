import { readPickle, PickleError } from './pickle'
import { Pickler } from '../testSupport'
import { rejectedWith, fuzz } from '../../testing/fuzz'
import { mutatedBytes } from '../../testing/mutatedBytes'

function pickles(): Buffer[] {
  const small = new Pickler().dictionary({}).done()
  const p = new Pickler()
  const whole = p
    .dictionary({
      batch_label: () => p.string('b'),
      labels: () => p.integers([0, 1, -1, 300, 70000]),
      data: () => p.array(2, 3, Buffer.alloc(6)),
    })
    .done()
  return [
    small,
    whole,
    Buffer.from([0x80, 2, 0x2e]),
    Buffer.from('\x80\x02cposix\nsystem\n(U\x04evilt' + 'R.', 'latin1'),
  ]
}

fuzz<Buffer>('Python pickles', () => ({
  inputs: mutatedBytes(pickles(), 8),
  run: (bytes) =>
    rejectedWith([PickleError], () => {
      for (const value of readPickle(bytes).values())
        if (!Array.isArray(value) && value.bytes.buffer !== bytes.buffer)
          throw new Error('an array that is no view of the file')
    }),
}))
