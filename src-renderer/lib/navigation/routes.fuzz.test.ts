import { fuzz } from '../../../src-main/testing/fuzz'
import { mutatedText } from '../../../src-main/testing/mutatedText'
import { pastedAddress, withVisit } from './recent'
import { href, parseHash } from './routes'
import { parseAddress } from '../../pages/filter-banks/state/address'
import { parseView } from '../../pages/runs/view'

const addresses = [
  '#/studies',
  '#/studies/quick-start?at=curves',
  '#/new',
  '#/runs?q=variant%3Amcnn-f&sort=-accuracy,seed&group=config&of=best',
  '#/runs?compare=a,b-1',
  '#/runs/run-1?compare=run-2',
  '#/banks?run=a&layer=stem&filter=3&epoch=2&pins=a:stem:1:2',
  '#/data?id=cifar-10',
  '#/system',
  'file:///opt/out/renderer/index.html#/runs/x',
  '',
]

fuzz<string>('addresses of pages, pasted links, kept places', () => ({
  inputs: mutatedText(addresses),
  run: (text) => {
    const route = parseHash(text)
    const search = new URLSearchParams(text.split('?')[1] ?? '')
    parseAddress(search)
    parseView(search)
    pastedAddress(text)
    // An address that is created from a name must lead back to it.
    if (route.page === 'run' && parseHash(href.run(route.id)).page !== 'run')
      throw new Error(`the run ${JSON.stringify(route.id)} has no address`)
    return withVisit([], text).length === 0 ? 'rejected' : 'accepted'
  },
}))
