import type { Grant } from "../../core/grants.ts";
import { inFolder } from "../paths.ts";

/** A simulated account: this machine, and no other. */
export const simulationGrants: readonly Grant[] = [
  { kind: "net", value: "127.0.0.1", why: "the simulated account, on this machine" },
];

/** The demonstration: its own folder, the account, and the folder of plugins that take part. */
export function demoGrants(cwd: string): Grant[] {
  const folder = inFolder(cwd, "zoom_demo");
  return [
    { kind: "read", value: folder, why: "the archive of the demo" },
    { kind: "read", value: inFolder(cwd, "plugins"), why: "your plugins take part" },
    { kind: "write", value: folder, why: "the archive of the demo" },
    ...simulationGrants,
    { kind: "sys", value: "statfs", why: "how much space is left" },
  ];
}
