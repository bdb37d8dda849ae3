import type { Context } from './context'
import type { HandlersOf } from './handlers'

export function searchCalls({ history }: Context): HandlersOf<'search'> {
  return { 'search.find': ({ text, limit }) => history.search.find(text, limit) }
}
