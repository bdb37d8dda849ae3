/** Recognises the published files of a data set by content: by checksum if it is known, else by size and labels. */
import { WorkbenchError } from '../../contract/errors'
import type { CifarSpec, Part } from '../catalog'
import { digest } from './format'
import { badFile, fitsSize, pythonRecords, RecordChecks, sizeWords, type Form } from '../records'

/** A candidate for a file: one part of a data set, in one of its published forms. */
export interface Candidate {
  spec: CifarSpec
  form: Form
  part: Part
}

export interface Recognised extends Candidate {
  /** In the binary layout. */
  records: Uint8Array
  /** SHA-256 of the records. */
  sha256: string
  /** Whether a checksum of the official file was compared. */
  verified: boolean
}

export function candidatesOf(specs: readonly CifarSpec[]): Candidate[] {
  return specs.flatMap((spec) =>
    spec.parts.flatMap((part) => (['binary', 'python'] as const).map((form): Candidate => ({ spec, form, part }))),
  )
}

/** Returns the candidate that has this name in its published form; null for any other name. */
export function namedCandidate(candidates: readonly Candidate[], name: string): Candidate | null {
  return candidates.find(({ part, form }) => part[form] === name) ?? null
}

/** Returns the candidates that a file of this size may be. */
export function fittingCandidates(candidates: readonly Candidate[], size: number): Candidate[] {
  return candidates.filter(({ spec, part, form }) => fitsSize(spec, part, form, size))
}

/** First bytes of a Python pickle of protocol 2; they are not a valid label. */
const pickleByte = 0x80

/**
 * Returns the candidate that a file matches; null if none.
 * @param named the candidate with the file's name, which decides if there is no checksum
 */
export async function recognise(
  content: Buffer,
  fitting: readonly Candidate[],
  named: Candidate | null,
  signal?: AbortSignal,
): Promise<Recognised | null> {
  return content[0] === pickleByte
    ? recognisePython(content, fitting, signal)
    : recogniseBinary(content, fitting, named, signal)
}

async function recogniseBinary(
  content: Buffer,
  fitting: readonly Candidate[],
  named: Candidate | null,
  signal?: AbortSignal,
): Promise<Recognised | null> {
  const candidates = fitting.filter(({ form }) => form === 'binary')
  if (candidates.length === 0) return null
  const sha256 = await digest('sha256', content, signal)
  const known = candidates.find(({ part }) => part.sha256 === sha256)
  if (known) return { ...known, records: content, sha256, verified: true }
  const unknown = candidates.filter(({ part }) => part.sha256 === null)
  const [only] = unknown.length === 1 || !named ? unknown : unknown.filter(({ part }) => part === named.part)
  if (!only) return null
  if (only.part !== named?.part && wrongRecords(only, content, '') !== null) return null
  return { ...only, records: content, sha256, verified: false }
}

async function recognisePython(
  content: Buffer,
  fitting: readonly Candidate[],
  signal?: AbortSignal,
): Promise<Recognised | null> {
  const md5 = await digest('md5', content, signal)
  const python = fitting.filter(({ form }) => form === 'python')
  const known = python.find(({ part }) => part.pythonMd5 === md5)
  if (known) {
    const records = pythonRecords(known.spec, known.part, content)
    return { ...known, records, sha256: await digest('sha256', records, signal), verified: true }
  }
  const bySum = python.filter(({ part }) => part.pythonMd5 === null && part.sha256 !== null)
  // Parts with equally many records are parsed alike.
  const alike = bySum.filter(
    (one, i) => bySum.findIndex(({ spec, part }) => spec === one.spec && part.count === one.part.count) === i,
  )
  for (const { spec, part } of alike) {
    const records = tryOr(null, () => pythonRecords(spec, part, content))
    if (!records) continue
    const sha256 = await digest('sha256', records, signal)
    const found = bySum.find((one) => one.spec === spec && one.part.sha256 === sha256)
    if (found) return { ...found, records, sha256, verified: true }
  }
  return null
}

/** Returns the fault of a file that has a published name but other content. @throws WorkbenchError bad-data */
export function whatIsWrong({ spec, form, part }: Candidate, name: string, content: Buffer): WorkbenchError {
  if (!fitsSize(spec, part, form, content.length))
    return badFile(name, sizeWords(spec, part, form, content.length), downloadAgain)
  return (
    wrongRecords({ spec, form, part }, content, name) ??
    badFile(name, `has been changed: its content is not that of the official ${spec.name} file.`, downloadAgain)
  )
}

export const downloadAgain = 'Download the archive again.'

function wrongRecords({ spec, form, part }: Candidate, content: Buffer, name: string): WorkbenchError | null {
  try {
    new RecordChecks(spec).add(part, name, form === 'python' ? pythonRecords(spec, part, content, name) : content)
    return null
  } catch (error) {
    if (error instanceof WorkbenchError) return error
    throw error
  }
}

function tryOr<T>(otherwise: T, action: () => T): T {
  try {
    return action()
  } catch (error) {
    if (error instanceof WorkbenchError) return otherwise
    throw error
  }
}
