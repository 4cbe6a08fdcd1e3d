import assert from "node:assert/strict";
import { join } from "node:path";
import { commands } from "../../src/cli/commands.ts";
import { optionsOf } from "../../src/cli/options.ts";
import { runCli } from "./_harness.ts";
import { onPosix, succeeds } from "../support/systems.ts";

async function script(shell: string): Promise<string> {
  const { code, stdout, stderr } = await runCli(["completions", shell], { env: {} });
  assert.equal(code, 0, stderr);
  assert.equal(stderr, "");
  return stdout;
}

/** Runs `code` in a shell whose working directory holds `files`. */
async function runShell(
  shell: string,
  args: readonly string[],
  files: readonly string[] = [],
  texts: Readonly<Record<string, string>> = {},
): Promise<string> {
  const cwd = await Deno.makeTempDir({ prefix: "zoom-extract-shell-" });
  try {
    for (const name of files) {
      if (name.endsWith("/")) await Deno.mkdir(join(cwd, name));
      else await Deno.writeTextFile(join(cwd, name), "");
    }
    for (const [name, text] of Object.entries(texts)) await Deno.writeTextFile(join(cwd, name), text);
    const env = { HOME: cwd, TERM: "dumb", LANG: "C.UTF-8" };
    const { success, stdout, stderr } = await new Deno.Command(shell, {
      args: [...args],
      cwd,
      env,
      stdin: "null",
    }).output();
    const said = new TextDecoder().decode(stderr);
    assert.ok(success && said === "", said || "it failed");
    return new TextDecoder().decode(stdout);
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
}

interface Typed {
  readonly typed: string;
  /** All that is offered, or, with `has`, some of it. */
  readonly offered?: readonly string[];
  readonly has?: readonly string[];
}

const files = ["faults.json", "archive/", "notes.txt"];

const cases: readonly Typed[] = [
  { typed: "zoom-extract do", offered: ["doctor"] },
  { typed: "zoom-extract ", offered: commands.map(({ name }) => name).sort() },
  { typed: "zoom-extract --order ", offered: ["expiring", "newest", "oldest", "smallest"] },
  { typed: "zoom-extract --order=ex", offered: ["expiring"] },
  { typed: "zoom-extract --user-f", offered: ["--user-filter"] },
  { typed: "zoom-extract list --print p", offered: ["path"] },
  { typed: "zoom-extract list --output-dir ", offered: ["archive"] },
  { typed: "zoom-extract list -o ar", offered: ["archive"] },
  { typed: "zoom-extract simulate --faults f", offered: ["faults.json"] },
  { typed: "zoom-extract --types MP4,CH", offered: ["MP4,CHAT"] },
  { typed: "zoom-extract plugins ", offered: ["check", "info", "list", "new"] },
  { typed: "zoom-extract hooks run --plugin rc", offered: ["rclone"] },
  { typed: "zoom-extract help ini", offered: ["init"] },
  { typed: "zoom-extract help ", offered: commands.map(({ name }) => name).sort() },
  { typed: "zoom-extract permissions ver", offered: ["verify"] },
  {
    typed: "zoom-extract permissions ",
    offered: commands.map(({ name }) => name).filter((name) => name !== "permissions").sort(),
  },
  { typed: "zoom-extract adopt ", offered: ["archive"] },
  { typed: "zoom-extract completions p", offered: ["powershell"] },
  { typed: "zoom-extract doctor --off", offered: ["--offline"] },
  { typed: "zoom-extract init --client-", offered: ["--client-id"] },
  { typed: "zoom-extract --from-date ", offered: [] },
  { typed: "zoom-extract doctor --", has: ["--json", "--help", "--version", "--plugin"] },
];

/** Words as bash hands them to a completion: split at blanks and at =. */
function bashWords(typed: string): string[] {
  return typed.split(" ").flatMap((word) => word.startsWith("-") ? word.split(/(=)/) : [word]);
}

function assertOffers({ typed, offered, has }: Typed, found: readonly string[]): void {
  if (offered) assert.deepEqual([...found].sort(), offered, typed);
  for (const word of has ?? []) assert.ok(found.includes(word), `${typed} offers ${word}`);
}

/** What Windows calls bash may be another system's. */
const needsBash = { ignore: onPosix.ignore || !await succeeds("bash", "--version") };

/** Words as the bash 3.2 of macOS hands them over. */
const oldBashWords = (typed: string) => typed.split(" ");

Deno.test.each([
  { bash: "bash", split: bashWords },
  { bash: "a bash that does not split at =", split: oldBashWords },
])("$bash completes commands, options, choices, plugins, files and folders", needsBash, async ({ split }) => {
  const tries = cases.map(({ typed }) => {
    const words = split(typed).map((word) => `'${word}'`).join(" ");
    return `COMP_WORDS=(${words}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); COMPREPLY=()
      _zoom_extract; echo "\${COMPREPLY[*]}"`;
  });
  const code = `set -u; ${await script("bash")}
    complete -p zoom-extract >/dev/null || exit 1
    ${tries.join("\n")}`;
  const lines = (await runShell("bash", ["--norc", "-c", code], files)).split("\n");
  for (const [index, each] of cases.entries()) {
    assertOffers(each, (lines[index] ?? "").split(" ").filter(Boolean));
  }
});

Deno.test("bash is told how to complete zoom-extract by complete -p", needsBash, async () => {
  const told = await runShell("bash", ["--norc", "-c", `${await script("bash")}\ncomplete -p zoom-extract`]);
  assert.match(told, /^complete .*-F _zoom_extract zoom-extract\n$/);
});

const needsZsh = { ignore: !await succeeds("zsh", "--version") }; // apt install zsh
const needsFish = { ignore: !await succeeds("fish", "--version") }; // apt install fish

Deno.test("zsh reads the script, and a function for every command", needsZsh, async () => {
  const code = `autoload -Uz compinit; compinit -u -d ./dump; ${await script("zsh")}
    print -r -- $_comps[zoom-extract] \${(ok)functions[(I)_zoom_extract_*]}`;
  const told = (await runShell("zsh", ["-f", "-c", code])).trim().split(" ");
  assert.equal(told[0], "_zoom_extract");
  for (const { name } of commands) assert.ok(told.includes(`_zoom_extract_${name}`), name);
});

Deno.test("zsh hands flags, choices, words and files to _arguments", needsZsh, async () => {
  const direct = `autoload -Uz compinit; compinit -u -d ./dump; ${await script("zsh")}
    # What _arguments is told is what can be looked at without a terminal.
    _arguments() { print -rl -- "$@" }
    _zoom_extract_extract; _zoom_extract_plugins; _zoom_extract_simulate`;
  const specs = await runShell("zsh", ["-f", "-c", direct]);
  assert.match(specs, /^\*--order=\[Which files come first\.\]:value:\(newest oldest expiring smallest\)$/m);
  assert.match(specs, /^\*-o\[Where the archive lives\.\]:value:_files -\/$/m);
  assert.match(specs, /^1:word:\(list info check new\)$/m);
  assert.match(specs, /^\*--faults=\[.*\]:value:_files$/m);
});

/** Reads the completion system, and prints a line as it stands instead of running it. */
const zshSetup =
  `PS1= RPS1= PROMPT_EOL_MARK=; fpath=($PWD $fpath); autoload -Uz compinit; compinit -u -d ./dump
show() { print -r -- "<$BUFFER>"; BUFFER=; zle .accept-line }
zle -N show; bindkey '^X' show; PS1='next'`;

/** Types at a shell on a pseudo-terminal, and waits for its prompt before and for its line after each Tab. */
const zshTyping = (lines: readonly string[]) =>
  `zmodload zsh/zpty; zpty z zsh -f -i
wait_for() {
  local all= part
  repeat 1000; do
    zpty -r -t z part && all+=$part
    [[ $all == *$~1* ]] && { REPLY=$all; return }
    sleep 0.01
  done
  print -r -- "no $1 in: \${(V)all}"; exit 1
}
zpty -w z 'source ./setup.zsh'
for typed in ${lines.map((line) => `'${line}'`).join(" ")}; do
  wait_for next
  zpty -w -n z "$typed"$'\t\x18'
  wait_for '<*>'
  print -r -- "\${\${REPLY##*<}%%>*}"
done
zpty -d z`;

Deno.test("zsh completes at a terminal", needsZsh, async () => {
  const typed = cases.filter(({ typed, offered }) => offered?.length === 1 && !/[=,]|faults/.test(typed));
  const made = { "_zoom-extract": await script("zsh"), "setup.zsh": zshSetup };
  const told = await runShell("zsh", ["-f", "-c", zshTyping(typed.map(({ typed }) => typed))], files, made);
  const wanted = typed.map(({ typed, offered }) => `${typed.replace(/\S*$/, "")}${offered?.[0]}`);
  assert.deepEqual(told.trimEnd().split("\n").map((line) => line.replace(/[=/ ]+$/, "")), wanted);
});

const fishCases = cases.filter(({ typed }) =>
  !/=|,|-o ar|output-dir $|adopt $|from-date $|init --client|doctor --$/.test(typed)
);

Deno.test("fish completes commands, options, choices, plugins and files", needsFish, async () => {
  const tries = fishCases.map(({ typed }) => `echo (complete -C '${typed}' | string replace -r '\\t.*' '')`);
  const code = `${await script("fish")}\n${tries.join("\n")}`;
  const lines = (await runShell("fish", ["--no-config", "-c", code], files)).split("\n");
  for (const [index, each] of fishCases.entries()) {
    assertOffers(each, (lines[index] ?? "").split(" ").filter((word) => word !== "" && word !== "--"));
  }
});

Deno.test("the PowerShell script is balanced, and has every command, flag and choice", async () => {
  const text = await script("powershell");
  assert.match(text, /^Register-ArgumentCompleter -Native -CommandName 'zoom-extract' -ScriptBlock \{$/m);
  // Outside of quotes, brackets come in pairs.
  const bare = text.replace(/#.*$/gm, "").replace(/'(?:[^']|'')*'/g, "''").replace(/"[^"]*"/g, '""');
  const open: string[] = [];
  for (const char of bare) {
    if ("({[".includes(char)) open.push(char);
    const partner = { ")": "(", "}": "{", "]": "[" }[char];
    if (partner !== undefined) assert.equal(open.pop(), partner);
  }
  assert.deepEqual(open, []);
  for (const { name } of commands) {
    assert.ok(text.includes(`    '${name}' = @{ words = `), name);
    const section = text.split(`    '${name}' = @{ words = `)[1]?.split("\n    } }")[0] ?? "";
    const flags = [
      ...section.matchAll(
        /^ {6}'(--?[\w-]+)' = @\{ help = '(?:[^']|'')*'; takesValue = \$(?:true|false); values = @\(.*\) \}$/gm,
      ),
    ];
    const wanted = optionsOf(name).filter((row) => !row.flagless).flatMap((
      row,
    ) => [`--${row.long}`, ...(row.short ? [`-${row.short}`] : [])]);
    // PowerShell's tables know no case.
    assert.equal(new Set(flags.map(([, flag]) => flag?.toLowerCase())).size, flags.length);
    assert.deepEqual(flags.map(([, flag]) => flag), [...wanted, "--help", "-h", "--version", "-V"]);
  }
  assert.match(text, /'--order' = .*values = @\('newest', 'oldest', 'expiring', 'smallest'\)/);
});

Deno.test.each([
  { args: ["completions"], error: /which shell is missing \(shells are bash, zsh, fish, powershell\)/ },
  { args: ["completions", "bsh"], error: /"bsh": no such shell \(did you mean bash\?\)/ },
  { args: ["completions", "tcsh-like"], error: /shells are bash, zsh, fish, powershell/ },
])("$args is refused", async ({ args, error }) => {
  const result = await runCli(args, { env: {} });
  assert.equal(result.code, 2);
  assert.match(result.stderr, error);
});
