import { parseQuery, QueryError } from './runQuery'
import { complete } from './runQueryCompletion'
import { rejectedWith, fuzz } from '../../testing/fuzz'
import { mutatedText } from '../../testing/mutatedText'
import { queries } from '../../testing/seeds'

fuzz<string>('the query language over runs', () => ({
  inputs: mutatedText(queries),
  run: (text) => {
    complete(text, text.length, { tags: ['paper', 'x y'], studies: ['Table I'] })
    return rejectedWith([QueryError], () => parseQuery(text))
  },
}))
