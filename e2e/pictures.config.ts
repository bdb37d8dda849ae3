/** For `npm run pictures`, whose training may take longer than a test may wait. */
import config from './playwright.config'

export default { ...config, testMatch: 'pictures.ts', timeout: 0, expect: { timeout: 0 } }
