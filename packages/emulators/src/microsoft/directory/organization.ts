import type { Organization, SubscribedSku } from '@microsoft/microsoft-graph-types'
import { guidFrom } from '../../generate/random.ts'
import type { Reply } from '../../serve/reply.ts'
import { collection } from '../odata/page.ts'
import type { Asked } from '../serve/asked.ts'
import { jsonReply } from '../serve/reply.ts'
import type { TenantState } from '../serve/tenant-state.ts'
import { userProperty } from './user-json.ts'

/** `GET /organization`. */
export function organization(state: TenantState, asked: Asked): Reply {
  const { tenantId, domain } = state.token.registration
  const value: Organization[] = [
    {
      id: tenantId,
      displayName: state.organization,
      countryLetterCode: 'DE',
      verifiedDomains: [
        { capabilities: 'Email, OfficeCommunicationsOnline', isDefault: true, isInitial: true, name: domain, type: 'Managed' },
      ],
    },
  ]
  return jsonReply(collection('organization', asked, { value, count: 1 }))
}

/** `GET /subscribedSkus`. */
export function skus(state: TenantState, asked: Asked): Reply {
  const consumedUnits = state.accounts.filter((account) => JSON.stringify(userProperty(account, 'assignedLicenses')) !== '[]').length
  const value: SubscribedSku[] = [
    {
      id: `${state.token.registration.tenantId}_${guidFrom('sku', 'E3')}`,
      skuId: guidFrom('sku', 'E3'),
      skuPartNumber: 'SPE_E3',
      capabilityStatus: 'Enabled',
      appliesTo: 'User',
      consumedUnits,
      prepaidUnits: { enabled: consumedUnits + 25, suspended: 0, warning: 0 },
    },
  ]
  return jsonReply(collection('subscribedSkus', asked, { value, count: 1 }))
}
