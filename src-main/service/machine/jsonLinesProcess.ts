/** A process that speaks JSON lines and is timed in turns with others: one of ours, or a benchmark's peer in Python. */
import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { BenchWorker, Ready } from './benchWorker'
import { answerIn, type Answer, type Turn } from '../../contract/trainer/turns'

const keptOutput = 4000

export class JsonLinesProcess implements BenchWorker {
  #child: ChildProcess | null = null
  #take: ((said: Answer | { ended: string }) => void) | null = null
  #ended: string | null = null
  #output = ''

  /** @param limitMs for its start and for each turn: a start takes seconds, a turn less; on a slow machine perhaps minutes */
  constructor(
    private readonly command: string,
    private readonly args: readonly string[],
    private readonly env: NodeJS.ProcessEnv,
    private readonly limitMs = 15 * 60_000,
  ) {}

  async start(): Promise<Ready> {
    const child = spawn(this.command, this.args, { env: this.env, stdio: ['pipe', 'pipe', 'pipe'] })
    this.#child = child
    // Written to when it has just ended: its end says why.
    child.stdin.on('error', () => undefined)
    child.stderr
      .setEncoding('utf8')
      .on('data', (text: string) => (this.#output = (this.#output + text).slice(-keptOutput)))
    createInterface({ input: child.stdout }).on('line', (line) => {
      const said = answerIn(line)
      if (said) this.#say(said)
    })
    child.on('error', (error) => this.#end(`${this.command} could not be started (${error.message})`))
    child.on('close', (code, signal) => this.#end(this.#reason(code, signal)))
    const said = await this.#next()
    if ('ready' in said) return said.ready
    throw new Error(`it answered out of turn: ${JSON.stringify(said).slice(0, 200)}`)
  }

  async turn(untimed: number, timed: number): Promise<number[]> {
    this.#child?.stdin?.write(`${JSON.stringify({ untimed, timed } satisfies Turn)}\n`)
    const said = await this.#next()
    if ('ms' in said && said.ms.length === timed) return said.ms
    throw new Error(`it answered out of turn: ${JSON.stringify(said).slice(0, 200)}`)
  }

  stop(): void {
    this.#take = null
    this.#child?.kill('SIGKILL')
  }

  async #next(): Promise<Answer> {
    if (this.#ended !== null) throw new Error(this.#ended)
    const said = await new Promise<Answer | { ended: string }>((resolve) => {
      const timer = setTimeout(() => this.#end(`no answer within ${this.limitMs / 1000} s`), this.limitMs)
      this.#take = (value) => {
        clearTimeout(timer)
        this.#take = null
        resolve(value)
      }
    })
    if ('ended' in said) throw new Error(said.ended)
    if ('error' in said) throw new Error(said.error.replace(/\.$/, ''))
    return said
  }

  #say(said: Answer): void {
    this.#take?.(said)
  }

  #end(why: string): void {
    this.#ended ??= why
    this.#take?.({ ended: this.#ended })
  }

  #reason(code: number | null, signal: NodeJS.Signals | null): string {
    const how =
      signal === null
        ? `it ended with ${code}`
        : `it was ended by ${signal}${signal === 'SIGKILL' ? ', perhaps for lack of memory' : ''}`
    const last = this.#output.trim().split('\n').at(-1)
    return last ? `${how}: ${last.slice(0, 300)}` : how
  }
}
