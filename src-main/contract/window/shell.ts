/** Calls and events of the shell, the process that owns the window. */
import { z } from 'zod'
import { none, ok } from '../call'
import { commandName } from './commands'
import { datasetSummary } from '../datasets/datasets'
import { runId, studyId } from '../ids'
import { modelFormat, modelFormatFacts, modelFormats } from '../models/modelFormats'
import { preferences } from './preferences'
import { fileExtensions } from '../publish/fileKinds'
import { imported } from '../publish/publish'
import { repair } from '../system/storage'

/** Size limit of a file that a window saves, in characters of the message: a figure at 300 dpi has under a million. */
export const maxFileLength = 32_000_000

/** A file name with an allowed extension. */
const fileNameOf = (extensions: readonly string[]): z.ZodString =>
  z
    .string()
    .max(160)
    .regex(
      new RegExp(`^[\\p{L}\\p{N}][\\p{L}\\p{N} ._(),+=-]*\\.(${extensions.join('|')})$`, 'u'),
      'a file name with a known extension, without a folder',
    )

const define = <P extends z.ZodType, R extends z.ZodType>(params: P, result: R): { params: P; result: R } => ({
  params,
  result,
})

/** State of the service. */
const serviceState = z.object({
  state: z.enum(['starting', 'running', 'stopped']),
  detail: z.string().nullable(),
  /** It cannot start before the history is repaired. */
  damaged: z.boolean().optional(),
  /** It cannot use its data directory. */
  refused: z.boolean().optional(),
})

/**
 * Calls that only the shell can answer. A grant stands for a path that the user chose in a dialog, and is valid once.
 */
export const shellCalls = {
  'shell.info': define(
    none,
    z.object({ program: z.string(), electron: z.string(), chrome: z.string(), platform: z.string() }),
  ),
  'shell.chooseDataset': define(
    z.strictObject({ kind: z.enum(['archive', 'folder']) }),
    z.object({ grant: z.string(), name: z.string() }).nullable(),
  ),
  'shell.importDataset': define(z.strictObject({ grant: z.string().min(1).max(100) }), datasetSummary),
  /** Asks for a path and exports a study to it. The path stays in the shell, here and below. */
  'shell.exportStudy': define(
    z.strictObject({ id: studyId, checkpoints: z.boolean().default(false) }),
    z.object({ saved: z.boolean() }),
  ),
  /**
   * Asks for a folder and writes a study's report into a new folder there. Returns its name; null if the user cancels.
   */
  'shell.reportStudy': define(z.strictObject({ id: studyId }), z.object({ folder: z.string() }).nullable()),
  /** Asks for a study's archive and imports it; null if the user cancels. */
  'shell.importStudy': define(z.strictObject({ kind: z.enum(['archive', 'folder']) }), imported.nullable()),
  /** The third-party packages of the program with their licences, as the build recorded them. */
  'shell.licences': define(none, z.array(z.object({ name: z.string(), version: z.string(), licence: z.string() }))),
  'shell.serviceState': define(none, serviceState),
  'shell.restartService': define(none, ok),
  /** Stops the service, repairs a corrupt history and starts the service again. */
  'shell.repairHistory': define(none, repair),
  'shell.openDataDir': define(none, ok),
  /** Asks for another data directory and restarts the program with it; `chosen` is false if the user cancels. */
  'shell.chooseDataDir': define(none, z.object({ chosen: z.boolean() })),
  'shell.quit': define(none, ok),
  /** Shows the file that this window wrote last in the system's file manager. */
  'shell.showWritten': define(none, ok),
  /** Changes the given preferences and returns all. */
  'shell.preferences': define(preferences.partial().strict(), preferences),
  /**
   * Asks for a path and writes the file atomically; the path stays in the shell. The name's extension determines the
   * kind of file.
   */
  'shell.saveFile': define(
    z.strictObject({
      suggestedName: fileNameOf(fileExtensions),
      content: z.string().max(maxFileLength, 'too large'),
      encoding: z.enum(['utf8', 'base64']),
    }),
    z.object({ saved: z.boolean() }),
  ),
  /** Asks for a path and lets the service export a run's network to it. */
  'shell.exportModel': define(
    z.strictObject({
      id: runId,
      format: modelFormat,
      suggestedName: fileNameOf(modelFormats.map((format) => modelFormatFacts[format].extension)),
    }),
    z.object({ saved: z.boolean(), name: z.string() }),
  ),
  /** Writes text to the clipboard, for which the window has no permission. The shell never reads it. */
  'shell.copyText': define(z.strictObject({ text: z.string().max(1_000_000) }), ok),
} as const

export type ShellCalls = typeof shellCalls
export type ShellCall = keyof ShellCalls

export const shellEvents = {
  /** The state of the service changed. */
  'service.state': serviceState,
  /** A menu item was chosen. */
  'shell.command': z.object({ name: commandName }),
  'shell.preferences': preferences,
} as const
