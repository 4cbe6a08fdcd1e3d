import type { SimUser } from "./account.ts";
import type { DownloadBook } from "./_download_book.ts";
import type { MediaLibrary } from "./_media_library.ts";
import type { PageBook } from "./_page_book.ts";
import type { Settings } from "./options.ts";
import type { TokenBook } from "./_token_book.ts";

/** All that the handlers share: the account, what was issued so far, and where the servers listen. */
export interface World {
  readonly settings: Settings;
  readonly tokens: TokenBook;
  readonly pages: PageBook;
  readonly downloads: DownloadBook;
  readonly library: MediaLibrary | undefined;
  /** Meetings whose first meeting-level call was already answered (quirk `errorWith200`). */
  readonly refusedOnce: Set<string>;
}

/** The user with this id or e-mail address; `me` is the owner of the app, the first active user. */
export function findUser(world: World, key: string): SimUser | undefined {
  const users = world.settings.account.users.filter((user) => user.status !== "departed");
  if (key === "me") return users.find((user) => user.status === "active");
  const wanted = key.toLowerCase();
  return users.find((user) => user.id === key || user.email.toLowerCase() === wanted);
}
