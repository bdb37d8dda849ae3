/** Standard output carries the result and nothing else; all that is said on the way goes to standard error. */

let broken = false

/** Calls back once when the reader of standard output has gone; from then on nothing is written any more. */
export function onBrokenPipe(listener: () => void): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      if (broken) return
      broken = true
      listener()
    })
}

export function writeOut(text: string): void {
  if (!broken) process.stdout.write(text)
}

/** One JSON document, or one line of a stream of them. */
export function writeJson(value: unknown): void {
  writeOut(`${JSON.stringify(value)}\n`)
}

/** A line on the way, or why it failed. */
export function say(line: string): void {
  if (!broken) process.stderr.write(`${line}\n`)
}

export function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, ' ').trim()
}

export async function flush(): Promise<void> {
  if (broken) return
  await Promise.all([process.stdout, process.stderr].map((stream) => new Promise<void>((resolve) => stream.write('', () => resolve()))))
}
