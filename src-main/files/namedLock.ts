/** A lock with a name, for processes of one machine. The system releases it however its process ends. */
import { createServer } from 'node:net'
import { codeOf } from '../contract/errors'

/**
 * Acquires the lock without waiting. It is an abstract socket, which leaves no file, so that it also works in a
 * read-only directory. Other systems than Linux have none: there everybody acquires the lock.
 * @param name unique on this machine
 * @returns a function that releases the lock; null if another process or another call holds it
 */
export async function acquireNamedLock(name: string): Promise<(() => void) | null> {
  if (process.platform !== 'linux') return () => undefined
  const server = createServer((socket) => socket.destroy())
  server.unref()
  const failure = await new Promise<unknown>((resolve) => {
    server.once('error', resolve)
    server.listen(`\0mcnn-workbench-${name}`, () => resolve(null))
  })
  if (failure === null) return () => void server.close()
  // Without sockets, no process can detect another one, and work must continue all the same.
  return codeOf(failure) === 'EADDRINUSE' ? null : () => undefined
}
