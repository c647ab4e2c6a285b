import { sourceSuite } from '@offramp/conformance'
import { workSuiteLab } from './testing/work-lab.ts'

const IN_HAND = {
  'body: what is gone by then is a fault of the item': 'a page holds all of each item, so that its bytes are in hand',
}
const WRITTEN_ANEW = {
  'changes: a move alone gives the same revision':
    'Google writes what is moved anew, with other times and another sequence, which are in the bytes',
}
const ONE_BOOK = 'an account has one address book of its own, and it has no name'

sourceSuite({ name: 'google calendars', open: () => workSuiteLab('event'), waive: { ...IN_HAND, ...WRITTEN_ANEW } })
sourceSuite({
  name: 'google calendars, three on a page and every other one empty',
  open: () => workSuiteLab('event', { pageItems: 3, emptyPageEvery: 2 }),
  waive: { ...IN_HAND, ...WRITTEN_ANEW },
})
sourceSuite({
  name: 'google contacts',
  open: () => workSuiteLab('contact'),
  waive: {
    ...IN_HAND,
    'listings: names come as they are': ONE_BOOK,
    'open: says who it is, where it is at home, and what travels with it': ONE_BOOK,
  },
})
sourceSuite({ name: 'google tasks', open: () => workSuiteLab('task', { pageItems: 3 }), waive: { ...IN_HAND, ...WRITTEN_ANEW } })
