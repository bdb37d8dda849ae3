import { expect, it, vi } from 'vitest'
import { toasts } from '../../lib/actions/toasts.svelte'
import { imports } from './imports.svelte'

const call = vi.hoisted(() => vi.fn())
vi.mock('../../lib/data/client', async (original) => ({
  ...(await original<object>()),
  call,
  on: () => () => undefined,
}))

const words = (): string[] => toasts.list.map((toast) => toast.text)

it('says that an import runs instead of ignoring a second one', async () => {
  let end: (set: { name: string }) => void = () => undefined
  const imported = new Promise<{ name: string }>((resolve) => (end = resolve))
  call.mockImplementation((name: string) =>
    name === 'shell.importDataset' ? imported : Promise.resolve({ grant: 'g', name: 'first.tar' }),
  )
  const first = imports.start('archive')
  // The second dialog opens before the first import starts.
  const second = imports.start('folder')
  await second
  expect(words()).toEqual(['first.tar is being imported or downloaded. Wait for its end, or cancel it.'])
  const chosen = call.mock.calls.length
  await imports.start('archive')
  await imports.download('cifar-10')
  expect(call.mock.calls).toHaveLength(chosen)
  expect(words()).toHaveLength(3)
  end({ name: 'CIFAR-10' })
  await first
  expect(imports.name).toBeNull()
})
