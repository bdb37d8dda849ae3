import type { Context } from '../app/context'
import type { HandlersOf } from '../app/handlers'

export function searchCalls({ history }: Context): HandlersOf<'search'> {
  return { 'search.find': ({ text, limit }) => history.search.find(text, limit) }
}
