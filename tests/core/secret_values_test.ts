import assert from "node:assert/strict";
import fc from "fast-check";
import { AppError } from "../../src/core/errors.ts";
import { redactData, redactText } from "../../src/core/redact.ts";
import {
  rememberAddress,
  rememberCredentials,
  rememberMeetingToken,
  rememberPasscode,
  rememberToken,
  SecretValues,
} from "../../src/core/secret_values.ts";

const clientSecret = 'o"paque/Client+Secret 1';
const credentials = { accountId: "account", clientId: "client", clientSecret };

Deno.test.each([
  ["the client secret", () => rememberCredentials(credentials), clientSecret],
  ["the client secret in JSON", () => rememberCredentials(credentials), 'o\\"paque/Client+Secret 1'],
  [
    "the client secret in an address",
    () => rememberCredentials(credentials),
    encodeURIComponent(clientSecret),
  ],
  [
    "Basic credentials without the word",
    () => rememberCredentials(credentials),
    btoa(`client:${clientSecret}`),
  ],
  ["an opaque token", () => rememberToken("opaqueTokenOfTheAccount"), "opaqueTokenOfTheAccount"],
  ["a meeting's token", () => rememberMeetingToken("opaqueTokenOfAMeeting"), "opaqueTokenOfAMeeting"],
  ["a passcode", () => rememberPasscode("7D@#4b*x"), "7D@#4b*x"],
  [
    "the end of a download address",
    () => rememberAddress(new URL("https://zoom.us/rec/download/AbCdEfGhIjKlMnOp.1")),
    "AbCdEfGhIjKlMnOp",
  ],
  [
    "a signature",
    () => rememberAddress(new URL("https://ssrweb.zoom.us/a.mp4?Signature=QrStUvWxYz-123456~")),
    "QrStUvWxYz-123456~",
  ],
])("redactText() and the message of every error lose %s, bare and cut off", (_name, remember, value) => {
  remember();
  for (const text of [value, `refused: ${value}.`, `<${value}>`, `${value} ${value}`]) {
    assert.ok(!redactText(text).includes(value), redactText(text));
    assert.ok(!new AppError(text, { hint: text }).message.includes(value));
    assert.ok(!new AppError("x", { hint: text }).hint?.includes(value));
  }
  const cut = value.slice(0, -1);
  if (cut.length >= 12) assert.ok(!redactText(`refused: ${cut}`).includes(cut));
});

Deno.test("a short passcode is no part of a longer word or number", () => {
  rememberPasscode("202405");
  assert.equal(redactText("Cannot list 20240501 of ana202405"), "Cannot list 20240501 of ana202405");
  assert.equal(redactText("Wrong passcode 202405"), "Wrong passcode …");
});

Deno.test("redactData() gives the same copy whatever passcodes were met, and loses the account's own secrets", () => {
  rememberPasscode("Quarterly");
  rememberToken("tokenInAFieldOfNoName");
  assert.deepEqual(redactData({ topic: "Quarterly", odd: "tokenInAFieldOfNoName" }), {
    topic: "Quarterly",
    odd: "…",
  });
});

Deno.test("SecretValues keeps the latest values only, so that memory does not grow with the account", () => {
  const values = new SecretValues(100);
  for (let i = 0; i < 10_000; i++) values.remember(`secret number ${i}, distinct`);
  assert.equal(values.size, 100);
  assert.equal(values.hide("secret number 9900, distinct"), "…");
  assert.equal(values.hide("secret number 9899, distinct"), "secret number 9899, distinct");
});

Deno.test("SecretValues keeps a value that comes again", () => {
  const values = new SecretValues(2);
  for (
    const value of ["first secret value", "second secret value", "first secret value", "third secret value"]
  ) {
    values.remember(value);
  }
  assert.equal(values.hide("first secret value, second secret value"), "…, second secret value");
});

Deno.test("SecretValues hides every value wherever it stands, and nothing else", () => {
  const secret = fc.string({ minLength: 12, maxLength: 40 });
  fc.assert(fc.property(fc.array(secret, { minLength: 1, maxLength: 8 }), fc.string(), (secrets, rest) => {
    const values = new SecretValues(64);
    for (const each of secrets) values.remember(each);
    const hidden = values.hide(secrets.map((each) => `${rest}${each}`).join(""));
    for (const each of secrets) assert.ok(!hidden.includes(each));
    assert.equal(new SecretValues(64).hide(rest), rest);
  }));
});
