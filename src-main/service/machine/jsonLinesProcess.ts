/** A process that is timed in turns with others and speaks JSON Lines: our trainer, or a Python benchmark. */
import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { BenchWorker, Ready } from './benchWorker'
import { answerIn, type Answer, type Turn } from '../../contract/trainer/turns'

const keptOutput = 4000

export class JsonLinesProcess implements BenchWorker {
  #child: ChildProcess | null = null
  #pending: ((answer: Answer | { ended: string }) => void) | null = null
  #ended: string | null = null
  #output = ''

  /** @param limitMs timeout for the start and for each turn, generous enough for slow machines */
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
      const answer = answerIn(line)
      if (answer) this.#pending?.(answer)
    })
    child.on('error', (error) => this.#end(`${this.command} could not be started (${error.message})`))
    child.on('close', (code, signal) => this.#end(this.#reason(code, signal)))
    const answer = await this.#next()
    if ('ready' in answer) return answer.ready
    throw new Error(`it sent an unexpected answer: ${JSON.stringify(answer).slice(0, 200)}`)
  }

  async turn(untimed: number, timed: number): Promise<number[]> {
    this.#child?.stdin?.write(`${JSON.stringify({ untimed, timed } satisfies Turn)}\n`)
    const answer = await this.#next()
    if ('ms' in answer && answer.ms.length === timed) return answer.ms
    throw new Error(`it sent an unexpected answer: ${JSON.stringify(answer).slice(0, 200)}`)
  }

  stop(): void {
    this.#pending = null
    this.#child?.kill('SIGKILL')
  }

  async #next(): Promise<Answer> {
    if (this.#ended !== null) throw new Error(this.#ended)
    const answer = await new Promise<Answer | { ended: string }>((resolve) => {
      const timer = setTimeout(() => this.#end(`no answer within ${this.limitMs / 1000} s`), this.limitMs)
      this.#pending = (value) => {
        clearTimeout(timer)
        this.#pending = null
        resolve(value)
      }
    })
    if ('ended' in answer) throw new Error(answer.ended)
    if ('error' in answer) throw new Error(answer.error.replace(/\.$/, ''))
    return answer
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
