import assert from "node:assert/strict";
import { plainJson } from "../../src/core/plain_json.ts";

Deno.test("plainJson() keeps the data, on one line, and nothing in it that could steer a terminal", () => {
  const controls = Array.from({ length: 0xa0 }, (_, code) => String.fromCharCode(code)).join("");
  const value = { [controls]: `${controls}\u061c\u200e\u202e\u2066\u2028\u2029 Žižek 🚀` };
  const json = plainJson(value);
  assert.deepEqual(JSON.parse(json), value);
  assert.ok(json.includes("Žižek 🚀"));
  // deno-lint-ignore no-control-regex -- these are what must not be there
  assert.doesNotMatch(json, /[\x00-\x1f\x7f-\x9f\u061c\u200e\u202e\u2066\u2028\u2029]/);
});
