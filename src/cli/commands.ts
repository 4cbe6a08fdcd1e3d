import type { CommandInfo } from "./command_info.ts";
import { info as completions } from "./infos/completions.ts";
import { info as demo } from "./infos/demo.ts";
import { info as doctor } from "./infos/doctor.ts";
import { info as extract } from "./infos/extract.ts";
import { info as help } from "./infos/help.ts";
import { info as hooks } from "./infos/hooks.ts";
import { info as init } from "./infos/init.ts";
import { info as list } from "./infos/list.ts";
import { info as man } from "./infos/man.ts";
import { info as plugins } from "./infos/plugins.ts";
import { info as simulate } from "./infos/simulate.ts";

/** Every command, in the order of the help. */
export const commands: readonly CommandInfo[] = [
  extract,
  list,
  init,
  doctor,
  plugins,
  hooks,
  simulate,
  demo,
  completions,
  man,
  help,
];

/** The command of that name, if there is one. */
export function findCommand(name: string): CommandInfo | undefined {
  return commands.find((command) => command.name === name);
}
