/** One round: disturbed runs must end with the results of undisturbed ones. */
import { messageOf } from '../../src-main/contract/errors'
import { random } from '../../src-main/nn/random'
import { kinds } from './kinds'
import { plan } from './plan'
import { World } from './world'

/** A run's measurements that do not depend on time: as text, by variant. */
export type Outcome = ReadonlyMap<string, string>

export interface Reference {
  outcome: Outcome
  /** Kernel choices: all rounds compute in the same way. */
  tuning: string
}

export interface Round {
  faults: string[]
  lost: string[]
  mismatches: string[]
  orphans: string[]
  unnoticed: string[]
}

const limitMs = 180_000

/** Runs without faults. @param keep called with the world before it is deleted */
export async function undisturbed(keep: (world: World) => void): Promise<Outcome> {
  const world = new World(random(0, 'faults'), null)
  try {
    await world.open()
    await world.program.call('studies.create', { plan })
    if (!(await world.untilDone(limitMs))) throw new Error('Undisturbed runs did not finish.')
    keep(world)
    return await outcomeOf(world)
  } finally {
    await world.close()
  }
}

/** @param only these kinds of faults */
export async function disturbed(
  seed: number,
  round: number,
  reference: Reference,
  only: readonly string[],
): Promise<Round> {
  const draw = random(seed, 'faults', round)
  const world = new World(draw, reference.tuning)
  const struck: string[] = []
  try {
    await world.open()
    await world.program.call('studies.create', { plan })
    const possible = only.filter((name) => kinds[name]?.possible?.(world) ?? true)
    for (let left = draw.int(1, 3); left > 0; left--) {
      if (!(await world.untilTraining())) break
      await world.somewhere(plan.training.epochs)
      const name = possible[draw.int(0, possible.length - 1)] ?? ''
      struck.push(name)
      await kinds[name]?.strike(world)
    }
    if (await world.untilDone(limitMs)) await compare(world, reference.outcome)
    else
      world.faults.mismatches.push(
        `not done in time: ${(await world.runs()).map((run) => `${run.state} (${run.reason ?? ''}), epoch ${run.epochsDone}`).join(', ')}; trainer ${world.trainer ?? 'gone'}`,
      )
  } catch (thrown) {
    world.faults.mismatches.push(`after ${struck.join(', ')}: ${messageOf(thrown)}`)
  } finally {
    await world.close()
  }
  return { faults: struck, ...world.faults }
}

async function compare(world: World, reference: Outcome): Promise<void> {
  const outcome = await outcomeOf(world)
  for (const [variant, expected] of reference) {
    const found = outcome.get(variant) ?? ''
    if (found !== expected) world.faults.mismatches.push(`${variant} differs: ${difference(expected, found)}`)
  }
  if (world.damaged) return
  for (const run of await world.runs())
    for (const event of (await world.program.call('runs.get', { id: run.id })).events)
      if (event.kind === 'checkpoint' && event.message.includes('damaged'))
        world.faults.mismatches.push(`an undamaged checkpoint: ${event.message}`)
}

/** Returns the weights, every metric, sampled step and stored filter. */
async function outcomeOf(world: World): Promise<Outcome> {
  const outcome = new Map<string, string>()
  for (const { id, variant } of await world.runs()) {
    const { run, epochs, steps } = await world.program.call('runs.get', { id })
    const evaluation = await world.program.call('runs.evaluation', { id })
    const filters = await world.program.call('filters.layers', { id })
    const measured = epochs.map(({ epoch, trainLoss, trainAccuracy, testLoss, testAccuracy, learningRate }) => [
      epoch,
      trainLoss,
      trainAccuracy,
      testLoss,
      testAccuracy,
      learningRate,
    ])
    const sampled = steps.map(({ step, epoch, loss, learningRate }) => [step, epoch, loss, learningRate])
    outcome.set(
      variant,
      JSON.stringify({
        weights: run.weightsSha256,
        best: [run.bestTestAccuracy, run.bestEpoch],
        measured,
        sampled,
        evaluation,
        filters,
      }),
    )
  }
  return outcome
}

/** Returns the first position where two texts differ, with some context. */
function difference(expected: string, found: string): string {
  let place = 0
  while (place < expected.length && expected[place] === found[place]) place++
  return `…${expected.slice(Math.max(0, place - 40), place + 40)} ≠ …${found.slice(Math.max(0, place - 40), place + 40)}`
}
