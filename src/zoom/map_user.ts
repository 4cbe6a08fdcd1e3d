import type { User } from "../core/recording.ts";
import * as v from "valibot";
import { isRecord, userSchema } from "./schema.ts";

/**
 * A user of Zoom's in our words; `undefined` for what is no object and for pending users, who have no id and
 * own nothing.
 *
 * @param status the status that was asked for, where the answer leaves it out
 */
export function mapUser(item: unknown, status: string): User | undefined {
  if (!isRecord(item)) return undefined;
  const answer = v.parse(userSchema, item);
  if (answer.id === "" || answer.status === "pending") return undefined;
  const name = answer.display_name.trim() || `${answer.first_name} ${answer.last_name}`.trim();
  return {
    id: answer.id,
    email: answer.email.trim().toLowerCase(),
    displayName: name,
    status: answer.status || status,
  };
}
