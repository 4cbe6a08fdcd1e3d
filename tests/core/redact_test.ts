import assert from "node:assert/strict";
import { redactData, redactText, redactUrl } from "../../src/core/redact.ts";

const token = "eyJhbGciOiJIUzUxMiJ9.eyJhdWQiOiJodHRwczovL29hdXRoLnpvb20udXMifQ.c2lnbmF0dXJl";

Deno.test.each([
  `Authorization: Bearer ${token}`,
  `Basic Y2xpZW50OnNlY3JldHNlY3JldA==`,
  `token ${token} refused`,
  `https://zoom.us/rec/download/s3cr3topaque-PART_x.y?access_token=${token}`,
  `https://us02web.zoom.us/rec/archive/download/s3cr3topaque-PART_x.y`,
  `https://ssrweb.zoom.us/cmr/a.mp4?Policy=s3cr3topaque&Signature=s3cr3topaque&Key-Pair-Id=s3cr3topaque`,
  `{"download_url":"https://example.test/x/s3cr3topaque","password":"s3cr3topaque"}`,
])("redactText() removes the secret from %j", (text) => {
  const safe = redactText(text);
  for (const secret of [token, "s3cr3topaque", "Y2xpZW50OnNlY3JldHNlY3JldA=="]) {
    assert.ok(!safe.includes(secret), safe);
  }
});

Deno.test("redactText() leaves ordinary words alone", () => {
  const text = "Cannot list user ana@example.test 2024-01-01..2024-01-30: 2 of 3 meetings seen";
  assert.equal(redactText(text), text);
});

Deno.test("redactUrl() keeps what helps: host, path and harmless parameters", () => {
  assert.equal(
    redactUrl(
      "https://api.zoom.us/v2/users/me/recordings?from=2024-01-01&to=2024-01-30&next_page_token=abcdef",
    ),
    "https://api.zoom.us/v2/users/me/recordings?from=2024-01-01&to=2024-01-30&next_page_token=…",
  );
  assert.equal(redactUrl("nonsense"), "(not a URL)");
});

Deno.test("redactData() drops secret fields at any depth and changes nothing else", () => {
  const meeting = {
    uuid: "a==",
    password: "x",
    share_url: "y",
    recording_files: [{ id: "f1", download_url: "z", play_url: "w", file_size: 3 }],
  };
  assert.deepEqual(redactData(meeting), { uuid: "a==", recording_files: [{ id: "f1", file_size: 3 }] });
});

Deno.test("redactData() survives data that is nested beyond every call stack", () => {
  const deep = JSON.parse(`${'{"a":['.repeat(50_000)}${"]}".repeat(50_000)}`);
  assert.ok(JSON.stringify(redactData(deep)).length < 1_000);
});
