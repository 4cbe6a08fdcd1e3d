import assert from "node:assert/strict";
import { runCli } from "./_harness.ts";

const slips = [
  { args: ["docter"], hint: /no such command \(did you mean doctor\?\)/ },
  { args: ["help", "intit"], hint: /did you mean init\?/ },
  { args: ["doctor", "--ofline"], hint: /did you mean --offline\?/ },
  { args: ["init", "--acount-id", "x"], hint: /did you mean --account-id\?/ },
  { args: ["--helpp"], hint: /did you mean --help\?/ },
  { args: ["status", "--vesion"], hint: /did you mean --version\?/ },
  { args: ["verify", "--outdir", "x"], hint: /did you mean --output-dir\?/ },
  {
    args: ["--order", "newst"],
    hint: /Cannot use --order "newst": not known \(did you mean newest\? It is one of /,
  },
  { args: ["--log-level", "warn"], hint: /did you mean WARNING\?/ },
  { args: ["list", "--print", "topc"], hint: /did you mean topic\?/ },
  { args: ["--order", "sideways"], hint: /\(one of newest, oldest, expiring, smallest\)/ },
  { args: ["plugins", "lst"], hint: /did you mean plugins list\?/ },
  { args: ["plugins", "info", "transcod"], hint: /did you mean transcode\?/ },
  { args: ["plugins", "info", "nothing-like-it"], hint: /there are checksum, exec, / },
  { args: ["completions", "powershel"], hint: /did you mean powershell\?/ },
];

Deno.test.each(slips)("$args is answered with what was meant", async ({ args, hint }) => {
  const { code, stderr } = await runCli(args, { overrides: { readsDotEnv: false } });
  assert.equal(code, 2);
  assert.match(stderr, hint);
});
