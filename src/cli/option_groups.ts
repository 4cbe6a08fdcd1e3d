export const what = "What to fetch";
export const where = "Where it goes";
export const pace = "Pace and limits";
export const proof = "Completeness";
export const output = "Output";
export const extensions = "Plugins";
export const settings = "Configuration";
/** The group of the options that say which account it is. */
export const accountGroup = "Zoom account (environment, .env or --config only)";
export const simulated = "The simulated account";

/** Groups in the order of the help. */
export const optionGroups: readonly string[] = [
  what,
  where,
  proof,
  pace,
  output,
  extensions,
  settings,
  accountGroup,
  simulated,
];
