import type { CliContext } from "./context.ts";

/** Variables by which the runtime chooses a proxy, in both spellings. */
const variables = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

/**
 * The proxy that requests to `address` go through, by its variable and host: `HTTPS_PROXY "proxy.example:3128"`.
 * User name and password, which may stand in the variable, are left out.
 */
export function findProxy({ env }: Pick<CliContext, "env">, address: string): string | undefined {
  const prefix = new URL(address).protocol === "https:" ? /^(https|all)_/i : /^(http|all)_/i;
  for (const name of variables.filter((variable) => prefix.test(variable))) {
    const value = env(name);
    if (!value) continue;
    const host = URL.parse(value.includes("://") ? value : `http://${value}`)?.host;
    return `${name} "${host || "not an address"}"`;
  }
  return undefined;
}
