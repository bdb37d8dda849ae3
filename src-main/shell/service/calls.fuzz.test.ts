import fc from 'fast-check'
import type { z } from 'zod'
import { serviceCalls } from '../../contract/calls'
import { WorkbenchError } from '../../contract/errors'
import { shellCalls } from '../../contract/window/shell'
import { answer, type CallRoutes } from './calls'
import { Grants } from '../window/grants'
import { fuzz } from '../../testing/fuzz'
import { mutatedJson } from '../../testing/mutatedJson'
import { params } from '../../testing/seeds'

const schemas: Record<string, { params: z.ZodType }> = { ...serviceCalls, ...shellCalls }
const names = [
  ...Object.keys(serviceCalls),
  ...Object.keys(shellCalls),
  '__proto__',
  'constructor',
  'toString',
  '',
  'runs.format',
]

/** 0 is a foreign frame. */
const senders = fc.integer({ min: 0, max: 19 })
const anyParams = mutatedJson(params)

function callOf(name: string): fc.Arbitrary<[unknown, unknown, number]> {
  const fitting = params.filter((one) => Object.hasOwn(schemas, name) && schemas[name]?.params.safeParse(one).success)
  return fc.tuple<[unknown, unknown, number]>(
    fc.constant(name),
    fitting.length === 0 ? anyParams : fc.oneof(mutatedJson(fitting), anyParams),
    senders,
  )
}

fuzz<[unknown, unknown, number]>('a window’s calls to the shell', () => {
  const grants = new Grants()
  const granted = grants.give('/chosen')
  const reached = new WorkbenchError('unavailable', 'reached')
  const no = (): Promise<never> => Promise.reject(reached)
  const shell = Object.fromEntries(Object.keys(shellCalls).map((name) => [name, no])) as unknown as CallRoutes['shell']
  shell['shell.importDataset'] = ({ grant }) => {
    const chosen = grants.redeem(grant)
    if (chosen !== null && grant !== granted) throw new Error('a path that nobody chose')
    return no()
  }
  const routes: CallRoutes = {
    shell,
    service: (name, given) => {
      if (name === ('datasets.import' as string)) throw new Error('an import by path')
      if (!serviceCalls[name].params.safeParse(given).success) throw new Error('parameters that were not checked')
      return no()
    },
  }
  return {
    inputs: fc.oneof(
      { weight: 9, arbitrary: fc.oneof(...names.map(callOf)) },
      { weight: 1, arbitrary: fc.tuple(mutatedJson(names), mutatedJson(params), senders) },
    ),
    run: async ([name, given, sender]) => {
      const trusted = sender !== 0
      const outcome = await answer(routes, trusted, name, given)
      if (outcome.ok) throw new Error('a value out of nowhere')
      if (outcome.error.code === 'internal') throw new Error(outcome.error.message)
      if (!trusted && outcome.error.message === reached.message) throw new Error('answered a stranger')
      return outcome.error.message === reached.message ? 'accepted' : 'rejected'
    },
  }
})
