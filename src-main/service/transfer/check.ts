/** Checks that the contents of an archive are consistent before they are imported. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { z } from 'zod'
import { datasetSizes } from '../../contract/experiment'
import { toErrorValue } from '../../contract/errors'
import {
  archivedRun,
  archivedStudy,
  filterBytes,
  type ArchivedRun,
  type ArchivedStudy,
  type ArchiveManifest,
} from '../../contract/publish/studyArchive'
import { convolutions, network } from '../../nn/architecture'
import { kernelShape } from '../../nn/networkSpec'
import { decodeSafetensors } from '../../nn/safetensors'
import { badArchive } from './read'
import { emptyHash, identityOf } from './runs'

/** A checked run, unpacked in its folder. */
export interface CheckedRun {
  id: string
  identity: string
  configId: string
  seed: number
  createdAt: string
  hasWeights: boolean
  /** File name of its checkpoint. */
  checkpoint: string | null
}

/** @throws WorkbenchError bad-data */
export async function readStudy(archive: string, folder: string, { members }: ArchiveManifest): Promise<ArchivedStudy> {
  if (!members.some((member) => member.path === 'study.json'))
    throw badArchive(archive, 'is incomplete: its manifest lists no study.json.')
  const study = parsed(archive, 'study.json', archivedStudy, await readFile(path.join(folder, 'study.json'), 'utf8'))
  const known = new Set(study.runs)
  if (known.size !== study.runs.length) throw badArchive(archive, 'lists a run twice.')
  const missing = study.runs.find((id) => !members.some((member) => member.path === `runs/${id}/run.json`))
  if (missing !== undefined) throw badArchive(archive, `is incomplete: the run ${missing} is missing.`)
  const stray = members.find((member) => member.path.startsWith('runs/') && !known.has(member.path.split('/')[1] ?? ''))
  if (stray) throw badArchive(archive, `contains ${stray.path}, which belongs to none of its runs.`)
  return study
}

/** @throws WorkbenchError bad-data */
export function parseRun(archive: string, id: string, text: string): ArchivedRun {
  return parsed(archive, `runs/${id}/run.json`, archivedRun, text)
}

/**
 * Checks that the numbers of an unpacked run fit its config, and its files its numbers.
 * @param configIdOf returns the id of a config without its seed
 * @throws WorkbenchError bad-data
 */
export async function checkRun(
  archive: string,
  folder: string,
  id: string,
  { members }: ArchiveManifest,
  configIdOf: (config: ArchivedRun['config']) => string,
): Promise<CheckedRun> {
  const inside = `runs/${id}/`
  const bad = (words: string): Error => badArchive(archive, `contains a run ${id} that ${words}.`)
  const run = parseRun(archive, id, await readFile(path.join(folder, inside, 'run.json'), 'utf8'))
  const own = members.filter((member) => member.path.startsWith(inside))
  const member = (name: string): ArchiveManifest['members'][number] | undefined =>
    own.find((one) => one.path === `${inside}${name}`)
  const { config } = run
  if (run.id !== id) throw bad(`has the id ${run.id}`)
  // A repaired history may have lost some.
  if (run.epochs.some(({ epoch }, i) => epoch <= (run.epochs[i - 1]?.epoch ?? 0) || epoch > config.epochs))
    throw bad('has epochs that do not fit its config')
  if (run.steps.some(({ step, epoch }, i) => step <= (run.steps[i - 1]?.step ?? 0) || epoch > config.epochs))
    throw bad('has steps out of order')
  if (run.state !== 'done' && run.weightsSha256 !== null) throw bad(`is ${run.state} and has final weights`)
  const { classes } = datasetSizes[config.dataset]
  const { evaluation } = run
  if (
    evaluation &&
    (evaluation.classes !== classes ||
      evaluation.confusion.length !== classes ** 2 ||
      evaluation.mistakes.some(({ label, predicted }) => label >= classes || predicted >= classes))
  )
    throw bad('has an evaluation with other classes than its data set')
  const layers = new Map(
    convolutions(network(config.arch, config.variant, classes)).map((layer) => [layer.name, kernelShape(layer).join()]),
  )
  if (
    run.figures.some(
      ({ epoch, layers: figures }, i) =>
        (i > 0 && epoch <= (run.figures[i - 1]?.epoch ?? 0)) ||
        epoch > config.epochs ||
        figures.some(({ layer }) => !layers.has(layer)) ||
        new Set(figures.map(({ layer }) => layer)).size < figures.length,
    )
  )
    throw bad('has figures of layers or epochs that its network does not have')
  const seen = new Set<string>()
  for (const { layer, epoch, shape } of run.filters) {
    const key = `${layer} ${epoch}`
    if (layers.get(layer) !== shape.join() || epoch > config.epochs || seen.has(key))
      throw bad(`has filters of ${JSON.stringify(layer)} that its network does not have`)
    seen.add(key)
  }
  const filters = member('filters.bin')
  const bytes = run.filters.reduce((sum, { shape }) => sum + filterBytes(shape), 0)
  if ((filters?.size ?? 0) !== bytes || (filters !== undefined) !== run.filters.length > 0)
    throw bad(`has ${filters?.size ?? 0} bytes of filters instead of ${bytes}`)
  const weights = member('weights.safetensors')
  if (weights) {
    if (weights.sha256 !== run.weightsSha256) throw bad('has weights with a wrong SHA-256')
    try {
      decodeSafetensors(await readFile(path.join(folder, inside, 'weights.safetensors')))
    } catch (thrown) {
      throw bad(`has unreadable weights (${toErrorValue(thrown).message})`)
    }
  }
  const checkpoints = own
    .filter((one) => one.path.startsWith(`${inside}checkpoint-`))
    .map((one) => ({ ...one, name: one.path.slice(inside.length) }))
  if (checkpoints.length > 1 || (checkpoints.length === 1) !== (run.checkpoint !== null))
    throw bad('has a wrong number of checkpoints')
  const [checkpoint] = checkpoints
  // The trainer checks the contents before it resumes from it.
  if (checkpoint && !checkpoint.name.includes(checkpoint.sha256))
    throw bad('has a checkpoint whose name does not fit its content')
  return {
    id,
    identity: identityOf(run, filters?.sha256 ?? emptyHash),
    configId: configIdOf(config),
    seed: config.seed,
    createdAt: run.createdAt,
    hasWeights: weights !== undefined,
    checkpoint: checkpoint?.name ?? null,
  }
}

function parsed<T extends z.ZodType>(archive: string, name: string, schema: T, text: string): z.output<T> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw badArchive(archive, `contains ${name}, which is not JSON.`)
  }
  const result = schema.safeParse(value)
  if (!result.success)
    throw badArchive(
      archive,
      `contains ${name}, which is invalid: ${toErrorValue(result.error).message.slice(0, 300)}.`,
    )
  return result.data
}
