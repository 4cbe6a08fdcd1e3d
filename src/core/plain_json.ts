const steering = /[\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/g;

/**
 * JSON in which control characters stand escaped, also those that JSON allows as they are: whoever prints a line of it
 * on a terminal sees text, and its lines are those that were written. The data are the same.
 */
export function plainJson(value: unknown, indent?: number): string {
  return escapeControls(JSON.stringify(value, undefined, indent) ?? "null");
}

/** {@linkcode plainJson} of JSON that is text already. */
export function escapeControls(json: string): string {
  return json.replace(steering, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
