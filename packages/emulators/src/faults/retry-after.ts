import type { ThrottleEffect } from './rule.ts'

/** The Retry-After header of a throttle, and the seconds that it means where it means any. */
export function retryAfterOf(effect: ThrottleEffect, now: number): { readonly header?: string; readonly seconds?: number } {
  const wish = effect.retryAfter ?? 1
  if (wish === 'none') return {}
  if (typeof wish === 'number') return { header: String(wish), seconds: wish }
  if ('text' in wish) return { header: wish.text }
  const at = Math.ceil(now / 1000) * 1000 + wish.date * 1000
  return { header: new Date(at).toUTCString(), seconds: (at - now) / 1000 }
}
