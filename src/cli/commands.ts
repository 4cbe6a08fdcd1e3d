import type { CommandInfo } from "./command_info.ts";
import { info as adopt } from "./infos/adopt.ts";
import { info as completions } from "./infos/completions.ts";
import { info as demo } from "./infos/demo.ts";
import { info as exportInfo } from "./infos/export.ts";
import { info as doctor } from "./infos/doctor.ts";
import { info as extract } from "./infos/extract.ts";
import { info as help } from "./infos/help.ts";
import { info as hooks } from "./infos/hooks.ts";
import { info as init } from "./infos/init.ts";
import { info as list } from "./infos/list.ts";
import { info as man } from "./infos/man.ts";
import { info as permissions } from "./infos/permissions.ts";
import { info as plugins } from "./infos/plugins.ts";
import { info as rebuild } from "./infos/rebuild.ts";
import { info as simulate } from "./infos/simulate.ts";
import { info as status } from "./infos/status.ts";
import { info as verify } from "./infos/verify.ts";

/** Every command, in the order of the help. */
export const commands: readonly CommandInfo[] = [
  extract,
  list,
  init,
  doctor,
  status,
  verify,
  exportInfo,
  rebuild,
  adopt,
  plugins,
  hooks,
  permissions,
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
