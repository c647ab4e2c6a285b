export type Cloud = 'global' | 'us-gov' | 'us-dod' | 'china'

export interface CloudHosts {
  /** Where tokens are issued. No slash at the end. */
  readonly loginUrl: string
  /** Where Graph answers. Tokens are asked for this host; a host of another cloud is refused with AADSTS1002012. */
  readonly graphUrl: string
}

/** https://learn.microsoft.com/graph/deployments (the German cloud was closed in 2021; GCC is on the global hosts). */
export const CLOUDS: Readonly<Record<Cloud, CloudHosts>> = {
  global: { loginUrl: 'https://login.microsoftonline.com', graphUrl: 'https://graph.microsoft.com' },
  'us-gov': { loginUrl: 'https://login.microsoftonline.us', graphUrl: 'https://graph.microsoft.us' },
  'us-dod': { loginUrl: 'https://login.microsoftonline.us', graphUrl: 'https://dod-graph.microsoft.us' },
  china: { loginUrl: 'https://login.chinacloudapi.cn', graphUrl: 'https://microsoftgraph.chinacloudapi.cn' },
}
