import { GraphError } from '../serve/errors.ts'
import type { Poison } from './state.ts'

/**
 * The 500 that Outlook answers for an item which it cannot turn into MIME (facts 3.6). Undefined for sorts that show elsewhere: a page,
 * or the transport.
 */
export function poisonError(poison: Poison): GraphError | undefined {
  switch (poison) {
    case 'corrupt':
      return new GraphError(500, 'ErrorCorruptData', 'Data is corrupt.,Invalid global object ID')
    case 'conversion':
      return new GraphError(500, 'ErrorContentConversionFailed', 'Content conversion failed., Content conversion: Body conversion failed.')
    case 'mime-conversion':
      return new GraphError(500, 'ErrorMimeContentConversionFailed', 'The MIME content conversion failed.')
    case 'recipients':
      return new GraphError(500, 'ErrorInvalidRecipients', 'At least one recipient is not valid.')
    case 'attachment':
      return new GraphError(500, 'ErrorCannotOpenFileAttachment', 'OLE conversion failed')
    case 'too-many-open':
      return new GraphError(500, 'ErrorTooManyObjectsOpened', 'Too many objects are opened in the mailbox.')
    case 'transport':
      // Seen for messages above some 25 MB (microsoft-graph-docs issue 18439).
      return new GraphError(500, 'InternalServerError', 'Unable to read data from the transport connection: The connection was closed.')
    default:
      return undefined
  }
}
