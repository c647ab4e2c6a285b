import type { Reply } from '../../serve/reply.ts'
import { jsonReply } from '../serve/errors.ts'
import type { TokenError } from './assertion.ts'

/** Neither of Google's envelopes: the one of OAuth. */
export const tokenErrorReply = ({ status, error, description }: TokenError): Reply =>
  jsonReply({ error, error_description: description }, status, { 'cache-control': 'no-cache, no-store' })
