import { describe, expect, it } from 'vitest'
import { serviceEnvironment } from './serviceEnvironment'

describe('serviceEnvironment', () => {
  it('drops what is meant for Electron or another Node and keeps the rest', () => {
    expect(
      serviceEnvironment({
        PATH: '/bin',
        LD_LIBRARY_PATH: '/cuda',
        HOME: '/h',
        MCNN_DATA_DIR: '/d',
        ELECTRON_RUN_AS_NODE: '1',
        ELECTRON_OVERRIDE_DIST_PATH: '/e',
        NODE_OPTIONS: '--inspect',
        NODE_CHANNEL_FD: '3',
        NODE_CHANNEL_SERIALIZATION_MODE: 'advanced',
        CHROME_DESKTOP: 'x',
        EMPTY: undefined,
      }),
    ).toEqual({ PATH: '/bin', LD_LIBRARY_PATH: '/cuda', HOME: '/h', MCNN_DATA_DIR: '/d' })
  })
})
