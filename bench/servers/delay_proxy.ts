/**
 * A line with a long way and no limit: every byte arrives so much later, in both directions. Ends with its standard
 * input.
 *
 * @module
 */
import { connect, createServer, type Socket } from "node:net";

const [target = "0", delay = "50"] = Deno.args;
const delayMs = Number(delay);

/** What is on the way may be as much as a fast line holds; more waits at the sender. */
const onTheWayBytes = 64 * 1024 ** 2;

const proxy = createServer((client) => {
  const server = connect({ host: "127.0.0.1", port: Number(target), noDelay: true });
  client.setNoDelay();
  carry(client, server);
  carry(server, client);
});
proxy.listen(0, "127.0.0.1", () => {
  const address = proxy.address();
  const port = typeof address === "object" ? address?.port : undefined;
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify({ port })}\n`));
});
for await (const _ of Deno.stdin.readable);
Deno.exit(0);

function carry(from: Socket, to: Socket): void {
  let wayBytes = 0;
  // Timers of the same length fire in the order in which they were set.
  from.on("data", (bytes) => {
    wayBytes += bytes.length;
    if (wayBytes > onTheWayBytes) from.pause();
    setTimeout(() => {
      to.write(bytes, () => {
        wayBytes -= bytes.length;
        if (wayBytes <= onTheWayBytes) from.resume();
      });
    }, delayMs);
  });
  from.on("end", () => setTimeout(() => to.end(), delayMs));
  from.on("error", () => to.destroy());
}
