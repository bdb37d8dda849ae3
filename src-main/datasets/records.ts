/** Converts a published file to the stored layout and checks it record by record. */
import { WorkbenchError } from '../contract/errors'
import { countOf, labelBytesOf, type CifarSpec, type Part } from './catalog'
import { pixelBytes, recordBytes, splitNames, type SplitName } from './import/format'
import { PickleError, readPickle, type ByteArray } from './import/pickle'

export type Form = 'binary' | 'python'

/** Returns an error about a source file. @param wrong a sentence without its subject, the file's name */
export function badFile(name: string, wrong: string, fix?: string): WorkbenchError {
  return new WorkbenchError('bad-data', `${name} ${wrong}`, { fix })
}

/** Returns the allowed size in bytes: exact for a binary file; a pickle has its images and some overhead. */
export function sizeRange(spec: CifarSpec, part: Part, form: Form): { min: number; max: number } {
  const binary = part.count * recordBytes(labelBytesOf(spec))
  if (form === 'binary') return { min: binary, max: binary }
  return { min: part.count * pixelBytes, max: part.count * (pixelBytes + 200) + 4096 }
}

export function fitsSize(spec: CifarSpec, part: Part, form: Form, size: number): boolean {
  const { min, max } = sizeRange(spec, part, form)
  return size >= min && size <= max
}

/** Returns the fault of a wrong size, as a sentence without its subject, the file's name. */
export function sizeWords(spec: CifarSpec, part: Part, form: Form, size: number): string {
  const { min, max } = sizeRange(spec, part, form)
  const about = min === max ? '' : 'about '
  const off = size < min ? `${thousands(min - size)} bytes short` : `${thousands(size - max)} bytes too long`
  return `is ${about}${off}: ${thousands(size)} bytes instead of ${about}${thousands(size < min ? min : max)}.`
}

/**
 * Converts a Python file (a pickled dictionary of `data` and labels) to binary records.
 * @throws WorkbenchError bad-data that names the file
 */
export function pythonRecords(spec: CifarSpec, part: Part, content: Uint8Array, name = part.python): Uint8Array {
  let entries: Map<string, number[] | ByteArray>
  try {
    entries = readPickle(content)
  } catch (error) {
    if (error instanceof PickleError) throw badFile(name, `${error.message}.`)
    throw error
  }
  const data = entries.get('data')
  if (!data || Array.isArray(data)) throw badFile(name, 'has no images under "data".')
  if (data.shape.length !== 2 || data.shape[0] !== part.count || data.shape[1] !== pixelBytes)
    throw badFile(name, `has images of ${data.shape.join(' × ')} bytes instead of ${part.count} × ${pixelBytes}.`)
  const labels = (spec.coarse === 0 ? ['labels'] : ['coarse_labels', 'fine_labels']).map((key) => {
    const list = entries.get(key)
    if (!Array.isArray(list)) throw badFile(name, `has no "${key}".`)
    if (list.length !== part.count)
      throw badFile(name, `has ${thousands(list.length)} "${key}" instead of ${thousands(part.count)}.`)
    return list
  })
  const size = recordBytes(labels.length)
  const records = new Uint8Array(part.count * size)
  for (let i = 0; i < part.count; i++) {
    labels.forEach((list, k) => {
      const label = list[i] as number
      // A value above 255 must not wrap around to a valid label.
      records[i * size + k] = Number.isInteger(label) && label >= 0 && label < 255 ? label : 255
    })
    const at = i * size + labels.length
    if (!data.fortran) records.set(data.bytes.subarray(i * pixelBytes, (i + 1) * pixelBytes), at)
    else for (let p = 0; p < pixelBytes; p++) records[at + p] = data.bytes[p * part.count + i] as number
  }
  return records
}

/** Counts the labels of a data set part by part and compares them with the expected counts. */
export class RecordChecks {
  private readonly counts: Record<SplitName, Uint32Array>
  /** Superclass of each class; 255 before its first example. */
  private readonly coarseOf: Uint8Array

  constructor(private readonly spec: CifarSpec) {
    this.counts = { train: new Uint32Array(spec.classes.length), test: new Uint32Array(spec.classes.length) }
    this.coarseOf = new Uint8Array(spec.classes.length).fill(255)
  }

  /** @throws WorkbenchError bad-data that names file and record (from 0) */
  add(part: Part, name: string, records: Uint8Array): void {
    const { spec } = this
    const labelBytes = labelBytesOf(spec)
    const size = recordBytes(labelBytes)
    for (let i = 0; i < part.count; i++) {
      const label = records[i * size + labelBytes - 1] as number
      if (label >= spec.classes.length)
        throw badFile(
          name,
          `has the label ${label} in record ${thousands(i)}, which is not in 0 to ${spec.classes.length - 1}.`,
        )
      const counts = this.counts[part.split]
      counts[label] = (counts[label] as number) + 1
      if (spec.coarse === 0) continue
      const coarse = records[i * size] as number
      if (coarse >= spec.coarse)
        throw badFile(
          name,
          `has the superclass ${coarse} in record ${thousands(i)}, which is not in 0 to ${spec.coarse - 1}.`,
        )
      const known = this.coarseOf[label] as number
      if (known === 255) this.coarseOf[label] = coarse
      else if (known !== coarse)
        throw badFile(
          name,
          `gives class ${label} the superclass ${coarse} in record ${thousands(i)}; in an earlier record it was ${known}.`,
        )
    }
  }

  /** Call after all parts. @throws WorkbenchError bad-data if classes are not balanced as in the official data set */
  finish(form: Form): void {
    const { spec } = this
    for (const split of splitNames) {
      const each = countOf(spec, split) / spec.classes.length
      this.counts[split].forEach((count, label) => {
        if (count !== each)
          throw badFile(
            filesOf(spec, split, form),
            `has ${thousands(count)} images of class ${label} (${spec.classes[label]}) instead of ${thousands(each)}.`,
          )
      })
    }
    const each = spec.classes.length / Math.max(1, spec.coarse)
    for (let coarse = 0; coarse < spec.coarse; coarse++) {
      const members = this.coarseOf.filter((c) => c === coarse).length
      if (members !== each)
        throw badFile(
          filesOf(spec, 'train', form),
          `has ${members} classes in superclass ${coarse} instead of ${each}.`,
        )
    }
  }
}

function filesOf(spec: CifarSpec, split: SplitName, form: Form): string {
  const names = spec.parts.filter((part) => part.split === split).map((part) => part[form])
  return names.length === 1 ? (names[0] ?? '') : `${names[0]} … ${names.at(-1)}`
}

export function thousands(n: number): string {
  return n.toLocaleString('en-US')
}
