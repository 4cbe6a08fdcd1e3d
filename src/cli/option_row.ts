/** Names of the commands that take options. */
export type CommandName =
  | "extract"
  | "list"
  | "status"
  | "verify"
  | "export"
  | "rebuild"
  | "adopt"
  | "plugins"
  | "hooks"
  | "permissions"
  | "simulate"
  | "demo"
  | "init"
  | "doctor"
  | "completions"
  | "man"
  | "help";

/** How the text of an option is read. */
export type OptionKind =
  /** Present or not. */
  | "switch"
  | "text"
  /** A file or folder. */
  | "path"
  /** `https:`, or `http:` to this machine. */
  | "url"
  | "integer"
  /** `8388608`, `10M`, `1.5G`: a number of bytes. */
  | "bytes"
  /** `90` (seconds), `15m`, `1h30m`: milliseconds once read. */
  | "duration"
  /** `YYYY-MM-DD`. */
  | "day"
  /** Comma-separated. */
  | "list"
  /** Several texts: the flag may be repeated, a configuration file gives an array. */
  | "texts"
  /** One of `choices`, in any case. */
  | "choice";

/** One option. The same row gives parsing, checks, help, the environment and the README's table. */
export interface OptionRow {
  /** Long flag without its dashes; also the key in a configuration file. */
  readonly long: string;
  readonly short?: string;
  /** Variable that gives it, in the environment or in `.env`. */
  readonly env?: string;
  /** True for what only variables and configuration files give: credentials never belong on a command line. */
  readonly flagless?: true;
  /** No run without it. */
  readonly required?: true;
  /** Its value is never shown. */
  readonly secret?: true;
  readonly kind: OptionKind;
  /** Stands for the value in the help. */
  readonly placeholder?: string;
  /** As one would type it. */
  readonly default?: string;
  /** In the help where the default is no constant. */
  readonly defaultText?: string;
  /** Lowest value: a count, bytes or milliseconds. */
  readonly min?: number;
  readonly max?: number;
  /** The range in words, for help and errors. */
  readonly range?: string;
  readonly choices?: readonly string[];
  /** A word accepted besides a number. */
  readonly word?: string;
  /** Letter case that a text or list is brought to. */
  readonly upperCase?: true;
  readonly help: string;
  readonly group: string;
  readonly commands: readonly CommandName[];
}

/** An option's value once read. */
export type OptionValue = string | number | boolean | readonly string[];
