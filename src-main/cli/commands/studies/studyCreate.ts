/** `mcnn study create FILE`: creates a study without training it. */
import { readFile, stat } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import type { Command } from 'commander'
import { readPlan } from '../../../analysis/studies/planText'
import { plural } from '../../../analysis/text/numbers'
import { codeOf, messageOf, WorkbenchError } from '../../../contract/errors'
import type { StudyRequest } from '../../../contract/experiment'
import { pathProblem } from '../../../files/pathProblems'
import { withService } from '../../client'
import type { Globals } from '../../globals'
import { addSections } from '../../help'
import { typedPath } from '../../options'
import { writeJson, writeOut } from '../../output/output'

/** No plan is longer. */
const mostBytes = 1024 * 1024

export function addStudyCreate(group: Command): void {
  const create = group
    .command('create')
    .argument(
      '<file>',
      'the plan as JSON, as “Edit as JSON” of a new study in the window shows it; - reads it from standard input',
      typedPath,
    )
    .description('create a study without training it: its runs wait until the study is resumed')
    .action(async (file: string, _options: unknown, self: Command) => {
      const plan = await planIn(file)
      const { id, runIds } = await withService(self, (service) => service.call('studies.create', { plan, hold: true }))
      if (self.optsWithGlobals<Globals>().json) writeJson({ id, runIds })
      else writeOut(`Created ${id} with ${plural(runIds.length, 'run')}. Train: mcnn study resume ${id}\n`)
    })
  addSections(create, [
    {
      heading: 'Example:',
      items: ['$ mcnn study create plan.json && mcnn study resume table-i'],
    },
  ])
}

/** @throws WorkbenchError bad-input that names the file, the place in it and the reason */
async function planIn(file: string): Promise<StudyRequest> {
  const name = file === '-' ? 'standard input' : file
  const read = readPlan(await contentOf(file))
  if ('plan' in read) return read.plan
  const [first] = read.errors
  throw new WorkbenchError('bad-input', `${name}: ${first?.at ?? ''}: ${first?.message ?? 'is not a plan'}`, {
    fix: 'In the window, New study → Edit as JSON shows a valid plan.',
  })
}

async function contentOf(file: string): Promise<string> {
  if (file === '-') return text(process.stdin)
  try {
    const { size } = await stat(file)
    if (size > mostBytes) throw new Error(`it has ${size} bytes, and a plan has at most ${mostBytes}`)
    return await readFile(file, 'utf8')
  } catch (cause) {
    const code = codeOf(cause)
    const reason =
      code === null ? messageOf(cause) : code === 'ENOENT' ? 'there is no such file' : pathProblem(cause).reason
    throw new WorkbenchError('bad-input', `Cannot read the plan ${file}: ${reason}.`, {
      fix: 'Name a file with a plan as JSON.',
      cause,
    })
  }
}
