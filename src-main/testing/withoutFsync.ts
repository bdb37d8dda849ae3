/** Replaces fsync, which Node's permission model forbids: the files of a fuzz test need not survive a power cut. */
import fs from 'node:fs'
import { open } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'

fs.fsyncSync = () => undefined
syncBuiltinESMExports()
const handle = await open(process.execPath)
;(Object.getPrototypeOf(handle) as typeof handle).sync = () => Promise.resolve()
await handle.close()
