import { opaque } from "./_random.ts";

/** Where a page token points. */
export interface PagePosition {
  /** The request without its token: all parameters have to stay the same. */
  readonly key: string;
  readonly offset: number;
  /** How many times this list had been begun when the token was issued, from 1. */
  readonly pass: number;
}

/** Page tokens issued so far, and how often each list was begun. */
export interface PageBook {
  /** Notes that a list is begun; its ordinal, from 1. */
  begin(key: string): number;
  issue(position: PagePosition): string;
  /** Undefined when unknown, expired, or issued for other parameters. */
  redeem(token: string, key: string): PagePosition | undefined;
}

export function createPageBook(
  options: { readonly seed: number; readonly now: () => number; readonly lifetimeMs: number },
): PageBook {
  const passes = new Map<string, number>();
  const issued = new Map<string, PagePosition & { readonly expiresAtMs: number }>();
  let ordinal = 0;
  return {
    begin(key) {
      const pass = (passes.get(key) ?? 0) + 1;
      passes.set(key, pass);
      return pass;
    },
    issue(position) {
      const token = opaque(32, options.seed, "page", ++ordinal);
      issued.set(token, { ...position, expiresAtMs: options.now() + options.lifetimeMs });
      return token;
    },
    redeem(token, key) {
      const position = issued.get(token);
      if (position === undefined || position.key !== key) return undefined;
      return position.expiresAtMs > options.now() ? position : undefined;
    },
  };
}
