import manifest from "../../deno.json" with { type: "json" };

/** Name and version of the program, from its manifest. */
export const programName: string = manifest.name;
export const version: string = manifest.version;
