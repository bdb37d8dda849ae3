import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** A process that looks like the trainer of another program. */
export class ForeignTrainer {
  readonly #parent: ChildProcess

  private constructor(
    parent: ChildProcess,
    readonly pid: number,
  ) {
    this.#parent = parent
  }

  /** @param state as the title of its process says; `training` by default */
  static async start(state = 'training'): Promise<ForeignTrainer> {
    // It ends with its parent, whose end closes its standard input.
    const trainer = `process.title = 'mcnn-trainer ${state} trainer.js'; console.log(process.pid); process.stdin.resume().on('end', () => process.exit())`
    const program = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(trainer)}], { stdio: ['pipe', 'inherit', 'inherit'] })`
    const parent = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [text] = (await once(parent.stdout, 'data')) as [Buffer]
    return new ForeignTrainer(parent, Number(String(text)))
  }

  /** The program that the trainer belongs to. */
  get parent(): number {
    return this.#parent.pid ?? 0
  }

  async stop(): Promise<void> {
    const ended = once(this.#parent, 'exit')
    this.#parent.kill('SIGKILL')
    await ended
  }
}
