import { opaque } from "./_random.ts";

/** A bearer token that was issued. */
export interface IssuedToken {
  readonly expiresAtMs: number;
  /** Of an access token. */
  readonly scopes: readonly string[];
  /** Set on a `download_access_token`: the only meeting it opens. */
  readonly meetingUuid?: string;
}

/** Tokens issued so far. Several are valid at once, as since June 2023. */
export interface TokenBook {
  issue(token: IssuedToken): string;
  /** What the token opens now; undefined when unknown or expired. */
  find(token: string): IssuedToken | undefined;
  /** Ends a token before its time. */
  revoke(token: string): void;
  /** Every token ever issued. */
  all(): Iterable<string>;
}

export function createTokenBook(
  options: { readonly seed: number; readonly now: () => number; readonly isOpaque?: boolean },
): TokenBook {
  const issued = new Map<string, IssuedToken>();
  return {
    issue(token) {
      const ordinal = issued.size + 1;
      const [claims, signature] = [
        opaque(43, options.seed, "claims", ordinal),
        opaque(43, options.seed, ordinal),
      ];
      const header = "eyJzdiI6IjAwMDAwMSIsImFsZyI6IkhTNTEyIn0";
      const text = options.isOpaque ? `${claims}${signature}` : `${header}.${claims}.${signature}`;
      issued.set(text, token);
      return text;
    },
    find(text) {
      const token = issued.get(text);
      return token !== undefined && token.expiresAtMs > options.now() ? token : undefined;
    },
    revoke(text) {
      const token = issued.get(text);
      if (token) issued.set(text, { ...token, expiresAtMs: -Infinity });
    },
    all: () => issued.keys(),
  };
}
