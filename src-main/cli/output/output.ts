/** Writes results to standard output, and progress and errors to standard error. */

/** The error that broke a stream. Nothing more is written to a broken stream. */
const broken = new Map<NodeJS.WriteStream, NodeJS.ErrnoException>()

/** Remembers that a stream broke: training continues without output. */
export function noteStreamError(stream: NodeJS.WriteStream, error: NodeJS.ErrnoException): void {
  if (!broken.has(stream)) broken.set(stream, error)
}

/**
 * Returns why the result could not be written to standard output. Returns null if it was written, or if the reader
 * exited first (`| head`).
 */
export function outputProblem(): string | null {
  const error = broken.get(process.stdout)
  if (!error || error.code === 'EPIPE') return null
  return `Cannot write to standard output: ${reasons[error.code ?? ''] ?? error.message}.`
}

const reasons: Record<string, string> = {
  ENOSPC: 'its disk is full (ENOSPC)',
  EDQUOT: 'the disk quota is used up (EDQUOT)',
  EIO: 'its terminal was closed, or its disk fails (EIO)',
  EFBIG: 'the file is too large (EFBIG)',
}

export function writeOut(text: string): void {
  if (!broken.has(process.stdout)) process.stdout.write(text)
}

/** Writes bytes and waits until the stream accepts them. Returns false if it breaks; `outputProblem` has the reason. */
export async function writeBytes(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<boolean> {
  for await (const chunk of chunks) {
    if (broken.has(process.stdout)) return false
    await new Promise<void>((resolve) => process.stdout.write(chunk, () => resolve()))
  }
  return !broken.has(process.stdout)
}

/** Writes one JSON document, or one line of a JSON Lines stream. */
export function writeJson(value: unknown): void {
  writeOut(`${JSON.stringify(value)}\n`)
}

/** Writes one line of progress or an error to standard error. */
export function log(line: string): void {
  if (!broken.has(process.stderr)) process.stderr.write(`${line}\n`)
}

export function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, ' ').trim()
}

/** Resolves when both streams have been flushed, or have broken. */
export async function flush(): Promise<void> {
  await Promise.all(
    [process.stdout, process.stderr].map(
      (stream) => new Promise<void>((resolve) => (broken.has(stream) ? resolve() : stream.write('', () => resolve()))),
    ),
  )
}
