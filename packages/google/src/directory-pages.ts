import type { Call } from '@offramp/core'
import { type Json, objectsOf, textOf } from '@offramp/wire'
import type { Google } from './client.ts'

type Directory = Parameters<Google['directory']>[0]
type Send = Directory['send']

interface Asked extends Omit<Directory, 'send'> {
  /** Under which name a page has what was asked for. */
  readonly field: string
  send(
    api: Parameters<Send>[0],
    common: Parameters<Send>[1] & { readonly pageToken?: string },
    options: Parameters<Send>[2],
  ): ReturnType<Send>
}

/** One list of the directory, page by page. */
export async function* directoryPages(google: Google, { field, send, ...ask }: Asked, call: Call): AsyncGenerator<readonly Json[]> {
  let token: string | undefined
  do {
    const place = token === undefined ? {} : { pageToken: token }
    const page = await google.directory({ ...ask, send: (api, common, options) => send(api, { ...common, ...place }, options) }, call)
    yield objectsOf(page[field])
    token = textOf(page['nextPageToken'])
  } while (token !== undefined)
}
