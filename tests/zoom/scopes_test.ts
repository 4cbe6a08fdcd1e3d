import assert from "node:assert/strict";
import { judgeScopes, kindOfScopes } from "../../src/zoom/probe/mod.ts";
import { allScopes } from "../../src/simulator/mod.ts";

const kinds = [
  { scopes: [], kind: "none" },
  { scopes: allScopes, kind: "granular" },
  {
    scopes: ["user:read:admin", "recording:read:admin", "recording:master", "account:read:admin"],
    kind: "classic",
  },
  {
    scopes: ["user:read:admin", "cloud_recording:read:list_user_recordings:admin"],
    kind: "classic and granular",
  },
  { scopes: ["cloud_recording:read:list_user_recordings"], kind: "granular" },
] as const;

Deno.test.each([...kinds])("kindOfScopes() of $scopes is $kind", ({ scopes, kind }) => {
  assert.equal(kindOfScopes(scopes), kind);
});

const missing = [
  { scopes: allScopes, lacks: 0 },
  { scopes: ["user:read:admin", "recording:read:admin", "recording:master"], lacks: 0 },
  { scopes: ["user:read:admin", "recording:read:admin", "account:read:admin"], lacks: 0 },
  { scopes: ["user:read:admin", "recording:read:admin"], lacks: 1 },
  { scopes: ["user:read:list_users:admin"], lacks: 3 },
  { scopes: [], lacks: 4 },
];

Deno.test.each(missing)("judgeScopes() of $scopes finds $lacks missing", ({ scopes, lacks }) => {
  assert.equal(judgeScopes(scopes).filter(({ isGranted }) => !isGranted).length, lacks);
});
