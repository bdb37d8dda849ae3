/** Keeps this process alive if its standard output or standard error is closed or full. */
export function outliveStandardStreams(
  onError: (stream: NodeJS.WriteStream, error: NodeJS.ErrnoException) => void = () => undefined,
): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => onError(stream, error))
}
