/** What a pattern is held against. */
export interface Located {
  readonly origin: "api" | "storage";
  readonly path: string;
}

/**
 * True when the pattern names the request: a path in which `*` is one segment, at the end any rest; the `/v2` may
 * be left out. `api` is every API call, the token's included, downloads excluded; `storage` every request there;
 * `*` everything.
 */
export function matchesPattern(pattern: string, located: Located): boolean {
  const { origin, path } = located;
  if (pattern === "*") return true;
  if (pattern === "storage") return origin === "storage";
  if (pattern === "api") return origin === "api" && /^\/(v2|oauth)\//.test(path);
  return toRegExp(pattern).test(withoutVersion(path));
}

/** `/v2/users` → `/users` */
export function withoutVersion(path: string): string {
  return path.replace(/^\/v2(?=\/)/, "");
}

const compiled = new Map<string, RegExp>();

function toRegExp(pattern: string): RegExp {
  const known = compiled.get(pattern);
  if (known) return known;
  const [first = "", ...rest] = withoutVersion(pattern).split("*").map(escapeRegExp);
  const source = rest.reduce((head, tail, index) => {
    const isEnd = index === rest.length - 1 && tail === "";
    return `${head}${isEnd ? ".*" : "[^/]+"}${tail}`;
  }, first);
  const regExp = new RegExp(`^${source}$`);
  compiled.set(pattern, regExp);
  return regExp;
}

function escapeRegExp(text: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
}
