import type { CommandInfo } from "./command_info.ts";
import { info as demo } from "./infos/demo.ts";
import { info as extract } from "./infos/extract.ts";
import { info as help } from "./infos/help.ts";
import { info as hooks } from "./infos/hooks.ts";
import { info as list } from "./infos/list.ts";
import { info as permissions } from "./infos/permissions.ts";
import { info as plugins } from "./infos/plugins.ts";
import { info as simulate } from "./infos/simulate.ts";

/** Every command, in the order of the help. */
export const commands: readonly CommandInfo[] = [
  extract,
  list,
  plugins,
  hooks,
  permissions,
  simulate,
  demo,
  help,
];

/** The command of that name, if there is one. */
export function findCommand(name: string): CommandInfo | undefined {
  return commands.find((command) => command.name === name);
}
