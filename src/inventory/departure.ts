/** The last run that has seen the list of users whole, as the table `whole` of a query. */
export const wholeList = `whole AS (
    SELECT run_id, updated_at FROM runs WHERE users_listed = 1 ORDER BY updated_at DESC, run_id DESC LIMIT 1
  )`;

/**
 * True where that list did not show a person of `users u` any more, whose own last list was of the run `seen`. Who
 * came after it is not judged by it, nor is anybody before there was one.
 */
export const hasLeft = `(whole.run_id IS NOT NULL AND coalesce(u.first_seen_at, '') <= whole.updated_at
    AND (u.listed_run IS NULL OR (u.listed_run <> whole.run_id
      AND coalesce(seen.updated_at, '') <= whole.updated_at)))`;
