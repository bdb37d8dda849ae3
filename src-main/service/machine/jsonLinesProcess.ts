/** A process that times steps on request over JSON Lines: our trainer, or a Python benchmark. */
import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { BenchWorker, Ready } from './benchWorker'
import { parseTimingReply, type TimingReply, type TimingRequest } from '../../contract/trainer/timing'

const keptOutput = 4000

export class JsonLinesProcess implements BenchWorker {
  #child: ChildProcess | null = null
  #pending: ((reply: TimingReply | { ended: string }) => void) | null = null
  #ended: string | null = null
  #output = ''

  /** @param limitMs timeout for the start and for each request, generous enough for slow machines */
  constructor(
    private readonly command: string,
    private readonly args: readonly string[],
    private readonly env: NodeJS.ProcessEnv,
    private readonly limitMs = 15 * 60_000,
  ) {}

  async start(): Promise<Ready> {
    const child = spawn(this.command, this.args, { env: this.env, stdio: ['pipe', 'pipe', 'pipe'] })
    this.#child = child
    // Writing to a process that has just exited fails; its exit reports the reason.
    child.stdin.on('error', () => undefined)
    child.stderr
      .setEncoding('utf8')
      .on('data', (text: string) => (this.#output = (this.#output + text).slice(-keptOutput)))
    createInterface({ input: child.stdout }).on('line', (line) => {
      const reply = parseTimingReply(line)
      if (reply) this.#pending?.(reply)
    })
    child.on('error', (error) => this.#end(`${this.command} could not be started (${error.message})`))
    child.on('close', (code, signal) => this.#end(this.#reason(code, signal)))
    const reply = await this.#next()
    if ('ready' in reply) return reply.ready
    throw new Error(`it sent an unexpected reply: ${JSON.stringify(reply).slice(0, 200)}`)
  }

  async runSteps(untimed: number, timed: number): Promise<number[]> {
    this.#child?.stdin?.write(`${JSON.stringify({ untimed, timed } satisfies TimingRequest)}\n`)
    const reply = await this.#next()
    if ('ms' in reply && reply.ms.length === timed) return reply.ms
    throw new Error(`it sent an unexpected reply: ${JSON.stringify(reply).slice(0, 200)}`)
  }

  stop(): void {
    this.#pending = null
    this.#child?.kill('SIGKILL')
  }

  async #next(): Promise<TimingReply> {
    if (this.#ended !== null) throw new Error(this.#ended)
    const reply = await new Promise<TimingReply | { ended: string }>((resolve) => {
      const timer = setTimeout(() => this.#end(`no reply within ${this.limitMs / 1000} s`), this.limitMs)
      this.#pending = (value) => {
        clearTimeout(timer)
        this.#pending = null
        resolve(value)
      }
    })
    if ('ended' in reply) throw new Error(reply.ended)
    if ('error' in reply) throw new Error(reply.error.replace(/\.$/, ''))
    return reply
  }

  #end(why: string): void {
    this.#ended ??= why
    this.#pending?.({ ended: this.#ended })
  }

  #reason(code: number | null, signal: NodeJS.Signals | null): string {
    const how =
      signal === null
        ? `it exited with code ${code}`
        : `it was killed by ${signal}${signal === 'SIGKILL' ? ', perhaps because memory ran out' : ''}`
    const last = this.#output.trim().split('\n').at(-1)
    return last ? `${how}: ${last.slice(0, 300)}` : how
  }
}
