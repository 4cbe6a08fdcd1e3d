/** Puts lines that follow from one another together, and says what each finds and how it ends. */
import type { DocumentedLine } from "./_lines.ts";
import { fillIn } from "./_stage.ts";

/** What lies at the place of the archive, before a line is run. */
export type Found =
  /** Nothing: the line makes it, or needs none. */
  | "nothing"
  /** An archive that holds everything. */
  | "whole"
  /** The same without its inventory. */
  | "lost"
  /** The same, and a recording is missing, and a file is there that nobody knows. */
  | "lostWithFlaws"
  /** Recordings that another tool has downloaded, in the folder that is adopted. */
  | "foreign"
  /** Not even settings: they come from the environment. */
  | "noSettings";

/** Lines that are run one after the other in one folder. */
export interface Act {
  readonly lines: readonly DocumentedLine[];
  readonly found: Found;
  /** Exit code of each line, as its document has it. */
  readonly exitCodes: readonly number[];
}

/** Blocks whose lines find something else, or end otherwise, than their commands do elsewhere. */
const told: readonly {
  document: string;
  lines: readonly string[];
  found?: Found;
  exitCodes?: readonly number[];
}[] = [
  {
    document: "docs/plugins.md",
    lines: [
      "zoom-extract plugins new long-ones --kind filter",
      "zoom-extract plugins check plugins/long_ones.ts",
      "zoom-extract demo",
    ],
  },
  {
    document: "docs/rebuild.md",
    lines: ["zoom-extract -o archive", "zoom-extract rebuild -o archive", "zoom-extract -o archive"],
    found: "lostWithFlaws",
    exitCodes: [6, 4, 0],
  },
  {
    document: "docs/rebuild.md",
    lines: ["zoom-extract rebuild -o archive"],
    found: "whole",
    exitCodes: [6],
  },
];

/** The lines in acts, each once, the longest acts first. Every entry of the table has to be found. */
export function actsOf(lines: readonly DocumentedLine[]): Act[] {
  const groups = Map.groupBy(
    lines,
    ({ document, block }, i) => block === undefined ? `${i}` : `${document} ${block}`,
  );
  const left = new Set(told);
  const acts = [...groups.values()].flatMap((group): Act[] => {
    const entry = told.find((entry) => isOf(entry, group));
    if (entry !== undefined) left.delete(entry);
    const together = entry !== undefined || group[0]?.isTranscript ? [group] : group.map((line) => [line]);
    return together.map((lines) => ({
      lines,
      found: entry?.found ?? foundBy(lines[0]?.text ?? ""),
      exitCodes: entry?.exitCodes ?? lines.map(() => 0),
    }));
  });
  for (const { document, lines } of left) {
    throw new Error(`${document} no longer has the block "${lines[0]}"`);
  }
  const scriptOf = ({ found, lines }: Act) => [found, ...lines.map(({ text }) => fillIn(text))].join("\n");
  const once = new Map(acts.reverse().map((act) => [scriptOf(act), act])).values();
  return [...once].sort((a, b) => b.lines.length - a.lines.length);
}

function isOf({ document, lines }: (typeof told)[number], group: readonly DocumentedLine[]): boolean {
  return group[0]?.document === document && group.map(({ text }) => text).join("\n") === lines.join("\n");
}

/** What a command expects. */
function foundBy(text: string): Found {
  if (/^sqlite3 /.test(text)) return "whole";
  const [, command = ""] = /(?:zoom-extract|main\.ts) ([a-z]+)/.exec(text) ?? [];
  if (/^(status|verify|export|hooks)$/.test(command)) return "whole";
  if (command === "rebuild") return "lost";
  if (command === "adopt") return "foreign";
  return command === "init" ? "noSettings" : "nothing";
}
