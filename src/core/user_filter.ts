/** Who is asked for: the compiled form of `--user-filter`. */
export interface UserFilter {
  /** True when everybody is meant. */
  readonly matchesAll: boolean;
  /** Canonical text, equal for filters that mean the same. */
  readonly canonical: string;
  /** Decides by id or e-mail, without regard to case. */
  matches(user: { readonly id: string; readonly email: string }): boolean;
  /** Patterns (excludes apart) that have matched nobody so far. */
  unmatched(): string[];
}

/**
 * Compiles e-mails, ids and `*` patterns; `!x` excludes. Only excludes means everybody but those.
 *
 * @param patterns order does not matter; excludes always win
 */
export function compileUserFilter(patterns: readonly string[]): UserFilter {
  const cleaned = [...new Set(patterns.map((p) => p.trim()).filter((p) => p !== "" && p !== "!"))];
  const includes = cleaned.filter((p) => !p.startsWith("!")).map(toRule);
  const excludes = cleaned.filter((p) => p.startsWith("!")).map((p) => toRule(p.slice(1)));
  return {
    matchesAll: excludes.length === 0 && (includes.length === 0 || includes.some((r) => r.pattern === "*")),
    canonical: [...new Set(cleaned.map((p) => p.toLowerCase()))].sort().join(","),
    matches(user) {
      const test = (rule: Rule) => rule.regExp.test(user.email) || rule.regExp.test(user.id);
      let included = includes.length === 0;
      for (const rule of includes) {
        if (!test(rule)) continue;
        rule.matched = true;
        included = true;
      }
      return included && !excludes.some(test);
    },
    unmatched: () => includes.filter((r) => !r.matched).map((r) => r.pattern),
  };
}

interface Rule {
  readonly pattern: string;
  readonly regExp: RegExp;
  matched: boolean;
}

function toRule(pattern: string): Rule {
  const source = pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join(".*");
  return { pattern, regExp: new RegExp(`^${source}$`, "is"), matched: false };
}
