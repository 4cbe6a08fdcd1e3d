/** Finds the command lines that the documents show. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** A command line as a document shows it. */
export interface DocumentedLine {
  /** Path from the root. */
  readonly document: string;
  /** What a shell is given, without what stands around it: a prompt, the times of cron, the key of a step. */
  readonly text: string;
  /** Lines of one block have the same; code within a sentence has none. */
  readonly block: number | undefined;
  /** True in a block with prompts, whose lines follow from one another. */
  readonly isTranscript: boolean;
}

/** Every command line of README and docs, in order; the same words within sentences once. */
export async function documentedLines(): Promise<DocumentedLine[]> {
  const lines = (await Promise.all((await documents()).map(linesOf))).flat();
  const seen = new Set<string>();
  return lines.filter(({ block, text }) => {
    if (block !== undefined) return true;
    const isFirst = !seen.has(text);
    seen.add(text);
    return isFirst;
  });
}

async function documents(): Promise<string[]> {
  const names = await Array.fromAsync(Deno.readDir(join(root, "docs")), ({ name }) => name);
  return ["README.md", ...names.filter((name) => name.endsWith(".md")).sort().map((name) => `docs/${name}`)];
}

/** The command lines of one document. */
export async function linesOf(document: string): Promise<DocumentedLine[]> {
  return findLines(await Deno.readTextFile(join(root, document))).map((line) => ({ document, ...line }));
}

/** The command lines of a Markdown text. */
export function findLines(markdown: string): Omit<DocumentedLine, "document">[] {
  const blocks = [...markdown.matchAll(/^```(\S*).*\n([\s\S]*?)^```$/gm)];
  const inBlocks = blocks.flatMap(([, language = "", code = ""], block) => {
    const isTranscript = code.startsWith("$ ");
    return linesOfBlock(language, code).map((text) => ({ text, block, isTranscript }));
  });
  const prose = markdown.replaceAll(/^```[\s\S]*?^```$/gm, "");
  const inProse = [...prose.matchAll(/`([^`]+)`/g)]
    .map(([, code = ""]) => code.replaceAll("\n", " ").replaceAll("\\|", "|"))
    .filter(isWholeCall)
    .map((text) => ({ text, block: undefined, isTranscript: false }));
  return [...inBlocks, ...inProse];
}

function linesOfBlock(language: string, code: string): string[] {
  if (/^(sh|bash|bat|powershell)$/.test(language)) return logicalLines(code);
  if (language === "cron") return logicalLines(code).map((line) => line.replace(/^(\S+ ){5}/, ""));
  const lines = code.split("\n");
  if (language === "yaml") {
    return lines.flatMap((line) =>
      /^\s*(?:- )?(?:run: )?((?:zoom-extract|deno run) .*)$/.exec(line)?.[1] ?? []
    );
  }
  if (language !== "" && language !== "text") return [];
  return lines.flatMap((line) =>
    /^(?:\$ (.+)|((?:zoom-extract|deno run) .+))$/.exec(line)?.slice(1).find(Boolean) ?? []
  );
}

/** Lines as a shell reads them: one goes on after a backslash, after what joins it to the next, and within quotes. */
function logicalLines(code: string): string[] {
  const lines: string[] = [];
  let open = "";
  for (const line of code.split("\n")) {
    if (open === "" && line.trim() === "") continue;
    open += line;
    const quotes = open.match(/["']/g) ?? [];
    if (/(?:\\|&&|\|)$/.test(line) || quotes.length % 2 === 1) open += "\n";
    else lines.push(open), open = "";
  }
  return lines;
}

/** Within a sentence the name of a command alone is its name; what leaves something out is no whole line. */
function isWholeCall(code: string): boolean {
  if (code.includes("…")) return false;
  if (code.startsWith("deno run ")) return code.includes("main.ts");
  return /^zoom-extract \S+ \S/.test(code);
}
