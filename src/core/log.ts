import { getLogger, type Logger } from "@logtape/logtape";

/** Root category of everything this program logs. */
export const logRoot = "zoom-extract";

/** The logger of one room. Silent until the command line, or an embedding program, configures LogTape. */
export function roomLogger(room: string): Logger {
  return getLogger([logRoot, room]);
}

/** The logger of one plugin. */
export function pluginLogger(name: string): Logger {
  return getLogger([logRoot, "plugin", name]);
}

export type { Logger };
