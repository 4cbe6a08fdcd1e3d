/**
 * JSON data with another value at a path, or without what stands there; a path that leads nowhere changes nothing.
 *
 * @param edit `path` as in the fault `editJson`; without `value` what is there is taken out
 */
export function editJson(json: unknown, edit: { readonly path: string; readonly value?: unknown }): unknown {
  if (edit.path === "") return edit.value;
  const steps = edit.path.split("/");
  const last = steps.pop() ?? "";
  let places: unknown[] = [json];
  for (const step of steps) {
    places = places.flatMap((place) => namesAt(place, step).map((name) => fieldsOf(place)[name]));
  }
  for (const place of places) {
    for (const name of namesAt(place, last, "value" in edit)) {
      if ("value" in edit) fieldsOf(place)[name] = edit.value;
      else if (Array.isArray(place)) place.splice(Number(name), 1);
      else delete fieldsOf(place)[name];
    }
  }
  return json;
}

function fieldsOf(place: unknown): Record<string, unknown> {
  return place as Record<string, unknown>;
}

/** Last first, so that taking one out leaves the numbers of the others as they are. */
function namesAt(place: unknown, step: string, mayBeNew = false): string[] {
  if (typeof place !== "object" || place === null) return [];
  if (step === "*") return Object.keys(place).reverse();
  const name = Array.isArray(place) && step === "-1" ? String(place.length - 1) : step;
  return Object.hasOwn(place, name) || (mayBeNew && !Array.isArray(place)) ? [name] : [];
}
