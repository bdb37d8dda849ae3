import { describe, expect, it } from 'vitest'
import type { Service } from './client'
import { findRun, findStudy, findStudyNamed } from './lookup'

const createdAt = '2026-11-28T20:15:30.000Z'

/** A service with these studies and runs. */
function serviceOf(studies: [id: string, name: string][], runs: string[] = []): Service {
  const answers: Record<string, unknown> = {
    'studies.list': studies.map(([id, name]) => ({ id, name, createdAt })),
    'runs.list': runs.map((id, i) => ({
      id,
      arch: 'resnet-8',
      variant: 'mcnn-f',
      dataset: 'synthetic',
      seed: i,
      createdAt,
    })),
  }
  return { call: (name: string) => Promise.resolve(answers[name]) } as unknown as Service
}

describe('findStudy', () => {
  it('finds a study by its id, its name and the beginning of its id', async () => {
    const service = serviceOf([
      ['lr-test', 'LR test'],
      ['table-1', 'Table I'],
    ])
    for (const text of ['lr-test', 'LR test', 'lr', 'id:lr-test'])
      expect((await findStudy(service, text)).id, text).toBe('lr-test')
  })

  it('finds a study whose id is its name', async () => {
    expect(
      (
        await findStudy(
          serviceOf([
            ['exp', 'exp'],
            ['exp-2', 'other'],
          ]),
          'exp',
        )
      ).id,
    ).toBe('exp')
  })

  it('rejects a name of two studies with their ids, names and times', async () => {
    const found = findStudy(
      serviceOf([
        ['lr-test', 'lr-test'],
        ['lr-test-2', 'lr-test'],
      ]),
      'lr-test',
    )
    await expect(found).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(
        /^2 studies have the id or name "lr-test": lr-test \("lr-test", created 2026-11-2\d \d\d:\d\d\); lr-test-2 \("lr-test", created .*\)\.$/,
      ),
      fix: 'Give an id, such as id:lr-test.',
    })
  })

  it('rejects a name that is the id of another study, and accepts either by its id', async () => {
    const service = serviceOf([
      ['study', 'first'],
      ['study-2', 'study'],
    ])
    await expect(findStudy(service, 'study')).rejects.toMatchObject({ code: 'bad-input' })
    expect((await findStudy(service, 'id:study')).name).toBe('first')
    expect((await findStudy(service, 'study-2')).name).toBe('study')
  })

  it('reports an unknown study', async () => {
    for (const text of ['', 'nothing', 'id:nothing'])
      await expect(findStudy(serviceOf([['exp', 'exp']]), text), text).rejects.toMatchObject({ code: 'not-found' })
  })

  it('lists at most ten candidates and counts the others', async () => {
    const many = Array.from({ length: 13 }, (_, i): [string, string] => [`exp-${i}`, 'exp'])
    await expect(findStudy(serviceOf(many), 'exp')).rejects.toThrow(/^13 studies .*; and 3 more\.$/)
  })
})

describe('findStudyNamed', () => {
  it('finds no study by its id, none for an unknown name, and rejects a name of two', async () => {
    expect(await findStudyNamed(serviceOf([['exp', 'other']]), 'exp')).toBeNull()
    expect(
      (
        await findStudyNamed(
          serviceOf([
            ['exp', 'other'],
            ['exp-2', 'exp'],
          ]),
          ' exp ',
        )
      )?.id,
    ).toBe('exp-2')
    await expect(
      findStudyNamed(
        serviceOf([
          ['exp', 'exp'],
          ['exp-2', 'exp'],
        ]),
        'exp',
      ),
    ).rejects.toMatchObject({ code: 'bad-input', fix: 'Choose another --name.' })
  })
})

describe('findRun', () => {
  it('prefers an exact id to prefixes, and rejects a prefix of several', async () => {
    const service = serviceOf([], ['exp-s1', 'exp-s1-2', 'exp-s2'])
    expect((await findRun(service, 'exp-s1')).id).toBe('exp-s1')
    expect((await findRun(service, 'exp-s2')).id).toBe('exp-s2')
    await expect(findRun(service, 'exp-s')).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(/^3 runs have an id that begins with "exp-s": exp-s1 \(.*seed 0.*, created 2026/),
      fix: 'Type more of the id.',
    })
  })
})
