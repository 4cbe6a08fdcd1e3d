import { rememberVariables } from "./read_variable.ts";
import { descriptorOf, type Grant, type GrantKind, grantKinds, isGranted } from "../../core/grants.ts";

/** The rights of this process, as the commands see them. */
export interface Rights {
  /** Tells whether the runtime lets the program do it, without ever asking anybody. */
  has(grant: Pick<Grant, "kind" | "value">): boolean;
  /** Gives up a right for the rest of the process. What is not a part of its own in a list of rights stays. */
  drop(grant: Pick<Grant, "kind" | "value">): void;
}

/** The real ones. */
export const systemRights: Rights = {
  has: isGranted,
  drop(grant) {
    if (grant.kind === "env") rememberVariables();
    // A kind as a whole: also each entry of a list of it.
    Deno.permissions.revokeSync(descriptorOf(grant));
  },
};

/** What of `grants` is not there. */
export function missingOf(grants: readonly Grant[], rights: Rights): Grant[] {
  return grants.filter((grant) => !rights.has(grant));
}

/** Kinds of which everything is allowed though nothing, or a list, is enough. */
export function excessOf(grants: readonly Grant[], rights: Rights): GrantKind[] {
  return grantKinds.filter((kind) => {
    const needsAll = grants.some((grant) => grant.kind === kind && grant.value === undefined);
    return !needsAll && rights.has({ kind });
  });
}
