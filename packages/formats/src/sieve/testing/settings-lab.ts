import type { MailRule, MailSettings, RuleAction, RuleTest } from '@offramp/core'
import { type SieveOptions, type SieveScript, toSieve } from '../to-sieve.ts'

export const ANNA = 'anna@contoso.example'

/** Folders are called by their ids, categories by their names. `gone` is no folder. */
export const options = (more: Partial<SieveOptions> = {}): SieveOptions => ({
  account: ANNA,
  addresses: [ANNA, 'a.smith@contoso.example'],
  forwarding: false,
  folder: (ref) => ('id' in ref ? (ref.id === 'gone' ? undefined : ref.id) : ref.role.charAt(0).toUpperCase() + ref.role.slice(1)),
  flag: (category) => category.replaceAll(' ', '_'),
  ...more,
})

export const settings = (more: Partial<MailSettings>): MailSettings => ({
  ruleOrder: 'in-order',
  rules: [],
  identities: [],
  delegates: [],
  untold: [],
  raw: {},
  ...more,
})

export const file = (id: string, copy = false): RuleAction => ({ do: 'file', folder: { id }, copy })

export const subject = (...words: readonly string[]): RuleTest => ({ is: 'header', fields: ['subject'], how: 'contains', words })

export const rule = (more: Partial<MailRule>): MailRule => ({ name: 'A rule', enabled: true, actions: [file('Box')], stop: false, ...more })

export const write = (more: Partial<MailSettings>, how: Partial<SieveOptions> = {}): SieveScript => toSieve(settings(more), options(how))
