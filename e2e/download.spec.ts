import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import path from 'node:path'
import { cifarSpecs } from '../src-main/datasets/catalog'
import { expect, test } from './app'

const source = cifarSpecs[0]?.download ?? { url: '', bytes: 0 }

/** A proxy that accepts every request for a tunnel and answers none. */
async function silentProxy(): Promise<{ url: string; asked: string[]; close: () => void }> {
  const asked: string[] = []
  const sockets: Socket[] = []
  const server = createServer()
  server.on('connect', (request, socket: Socket) => {
    asked.push(request.url ?? '')
    sockets.push(socket)
    socket.on('error', () => socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

test('downloads a data set only after confirming host and size; a cancelled download is kept', async ({
  launch,
  dataDir,
}) => {
  // Part of an earlier download.
  const folder = path.join(dataDir, 'datasets', '.downloads')
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, 'cifar-10-binary.tar.gz.part'), Buffer.alloc(34_000_000))
  writeFileSync(
    path.join(folder, 'cifar-10-binary.tar.gz.json'),
    JSON.stringify({ url: source.url, bytes: source.bytes, validator: '"one"' }),
  )
  const proxy = await silentProxy()
  const workbench = await launch({
    env: { HTTPS_PROXY: proxy.url, https_proxy: proxy.url, NO_PROXY: '', no_proxy: '' },
  })
  const { page } = workbench
  await workbench.open('#/data?id=cifar-10')
  await expect(page.getByText('34.0 MB of 170 MB already downloaded.')).toBeVisible()
  const shots = async (name: string): Promise<void> =>
    workbench.inEveryLook(async (ending) => {
      await workbench.screenshot(`download-${name}-${ending}`)
      await workbench.scrollsNowhereSideways()
    })
  await shots('kept')
  await page.getByRole('button', { name: 'Resume download…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Download CIFAR-10?' })
  await expect(dialog).toContainText('136 MB will be fetched from www.cs.toronto.edu')
  await shots('question')
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  expect(proxy.asked).toEqual([])

  await page.getByRole('button', { name: 'Resume download…' }).click()
  await dialog.getByRole('button', { name: 'Download 136 MB' }).click()
  const underWay = page.getByRole('status', { name: 'Import' })
  await expect(underWay).toContainText('Connecting')
  await expect.poll(() => proxy.asked).toEqual(['www.cs.toronto.edu:443'])
  await shots('under-way')
  await underWay.getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByText('The download was cancelled; 34.0 MB of 170.1 MB are kept')).toBeVisible()
  await expect(underWay).toHaveCount(0)
  await page.getByRole('button', { name: 'Discard' }).click()
  await expect(page.getByRole('button', { name: 'Download…' })).toBeVisible()
  expect((await workbench.call('datasets.sources', {})).map(({ kept }) => kept)).toEqual([0, 0])

  // The server has stopped.
  proxy.close()
  await page.getByRole('button', { name: 'Download…' }).click()
  await dialog.getByRole('button', { name: 'Download 170 MB' }).click()
  const failed = page.getByRole('alert').filter({ hasText: 'CIFAR-10 was not downloaded' })
  await expect(failed).toContainText(/The proxy 127\.0\.0\.1:\d+ refused the connection/)
  await expect(failed).toContainText('Data sets › Import archive')
  await shots('failed')
})
