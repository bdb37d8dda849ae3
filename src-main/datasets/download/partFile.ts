/** A file on its way here: the bytes that came, and beside them a note of what they are a part of. */
import { mkdir, open, readFile, rename, rm, stat, writeFile, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { flushPath } from '../../files/durable'

const noteSchema = z.object({
  url: z.string(),
  bytes: z.int(),
  /** See `FileAnswer`. A header's value: no line breaks. */
  validator: z
    .string()
    .max(500)
    .regex(/^[\x20-\x7e\x80-\xff]+$/),
})

/** Where downloads lie below the folder of the data sets. */
const folderName = '.downloads'

export class PartFile {
  /** The finished archive. Its checksum was right when it was put here; whether it still is, only reading it tells. */
  readonly whole: string
  private readonly part: string
  private readonly note: string

  constructor(
    private readonly datasetsDir: string,
    name: string,
    private readonly source: { url: string; bytes: number },
  ) {
    this.whole = join(datasetsDir, folderName, name)
    this.part = `${this.whole}.part`
    this.note = `${this.whole}.json`
  }

  async makeFolder(): Promise<void> {
    await mkdir(join(this.datasetsDir, folderName), { recursive: true })
  }

  private async hasWhole(): Promise<boolean> {
    return (await sizeOf(this.whole)) === this.source.bytes
  }

  /** Returns whether all bytes are here, right or wrong. */
  async isComplete(): Promise<boolean> {
    return (await this.kept()) === this.source.bytes
  }

  /** Returns how many bytes are here and are not fetched again if they are right. */
  async kept(): Promise<number> {
    return (await this.hasWhole()) ? this.source.bytes : ((await this.state())?.size ?? 0)
  }

  /** What a download can go on from; null where it has to begin anew. */
  async state(): Promise<{ size: number; validator: string } | null> {
    const size = await sizeOf(this.part)
    if (size <= 0 || size > this.source.bytes) return null
    const text = await readFile(this.note, 'utf8').catch(() => '')
    const note = noteSchema.safeParse(parsed(text))
    if (!note.success || note.data.url !== this.source.url || note.data.bytes !== this.source.bytes) return null
    return { size, validator: note.data.validator }
  }

  /**
   * Opens what is here, to go on at `from`; what lies behind goes. The note comes first: bytes without one are begun
   * anew.
   */
  async open(from: number, validator: string | null): Promise<FileHandle> {
    if (from === 0) {
      await rm(this.note, { force: true })
      const handle = await open(this.part, 'w')
      if (validator !== null) await this.write({ ...this.source, validator })
      return handle
    }
    const handle = await open(this.part, 'r+')
    await handle.truncate(from)
    return handle
  }

  private async write(note: z.infer<typeof noteSchema>): Promise<void> {
    const { url, bytes, validator } = note
    if (!noteSchema.safeParse(note).success) return
    await writeFile(`${this.note}.new`, `${JSON.stringify({ url, bytes, validator })}\n`, { flush: true })
    await rename(`${this.note}.new`, this.note)
  }

  /** Returns where the complete bytes are, to be checked before `finish`. */
  async path(): Promise<string> {
    return (await this.hasWhole()) ? this.whole : this.part
  }

  async finish(): Promise<void> {
    if (!(await this.hasWhole())) await rename(this.part, this.whole)
    await rm(this.note, { force: true })
    await flushPath(join(this.datasetsDir, folderName))
  }

  async discard(): Promise<void> {
    for (const file of [this.part, this.note, `${this.note}.new`, this.whole]) await rm(file, { force: true })
  }
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    (info) => (info.isFile() ? info.size : -1),
    () => -1,
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
