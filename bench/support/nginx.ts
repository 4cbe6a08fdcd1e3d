/**
 * nginx in front of the fake account: it checks the token of a download, redirects to storage, and serves that.
 *
 * @module
 */
import { join } from "node:path";
import { type FakeAccount, type FakeZoom, startFakeZoom } from "./fake_zoom.ts";

/** What nginx serves. */
export interface FrontOptions {
  /** Folder with the files below `/rec/download/`. */
  readonly root: string;
  /** Folder for configuration and logs. */
  readonly dir: string;
  /** Serve storage over TLS, HTTP/2 where the client wants it. */
  readonly tls?: boolean;
  /** Bytes per second and connection. */
  readonly perConnection?: number;
  /** Address of storage, where something stands in front of it. Gets the port of storage. */
  readonly storageOrigin?: (port: number) => Promise<string>;
}

/** An account behind nginx. */
export interface Front extends AsyncDisposable {
  readonly zoom: FakeZoom;
  /** File with the certificate to trust. */
  readonly caPath: string | undefined;
}

/** Starts both; dispose to end both. */
export async function startFront(
  account: Omit<FakeAccount, "publicOrigin">,
  options: FrontOptions,
): Promise<Front> {
  const [frontPort, storagePort] = [freePort(), freePort()];
  await using stack = new AsyncDisposableStack();
  const publicOrigin = `http://127.0.0.1:${frontPort}`;
  const zoom = stack.use(await startFakeZoom({ ...account, publicOrigin }));
  const certificate = options.tls ? await makeCertificate(options.dir) : undefined;
  const scheme = options.tls ? "https" : "http";
  const storageOrigin = await options.storageOrigin?.(storagePort) ?? `${scheme}://127.0.0.1:${storagePort}`;
  const configPath = join(options.dir, "nginx.conf");
  const config = configOf(options, {
    frontPort,
    storagePort,
    zoomPort: zoom.port,
    certificate,
    storageOrigin,
  });
  await Deno.writeTextFile(configPath, config);
  const child = new Deno.Command("nginx", {
    args: ["-c", configPath, "-p", options.dir, "-e", join(options.dir, "error.log")],
    env: { PATH: `${Deno.env.get("PATH") ?? ""}:/usr/sbin` },
    stdin: "null",
    stdout: "null",
    stderr: "inherit",
  }).spawn();
  stack.defer(async () => {
    child.kill("SIGTERM");
    await child.status;
  });
  await untilListening(frontPort);
  const resources = stack.move();
  return { zoom, caPath: certificate?.certPath, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

function configOf(
  { root, tls, perConnection }: FrontOptions,
  ports: {
    frontPort: number;
    storagePort: number;
    zoomPort: number;
    certificate: { certPath: string; keyPath: string } | undefined;
    storageOrigin: string;
  },
): string {
  const { certificate } = ports;
  return `
daemon off; worker_processes 2; pid nginx.pid;
${Deno.uid() === 0 ? "user root;" : ""}
events { worker_connections 1024; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; default_type application/octet-stream;
  types { video/mp4 mp4; text/vtt vtt; }
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
  upstream zoom { server 127.0.0.1:${ports.zoomPort}; keepalive 8; }
  server {
    listen 127.0.0.1:${ports.frontPort};
    location / { proxy_pass http://zoom; proxy_http_version 1.1; proxy_set_header Connection ""; }
    location ~ ^/rec/download/(?<file>.+)$ {
      if ($http_authorization != "Bearer bench-token") { return 401; }
      return 302 ${ports.storageOrigin}/$file?Signature=bench;
    }
  }
  server {
    listen 127.0.0.1:${ports.storagePort}${tls ? " ssl http2" : ""};
    ${
    certificate ? `ssl_certificate ${certificate.certPath}; ssl_certificate_key ${certificate.keyPath};` : ""
  }
    root ${root};
    ${perConnection === undefined ? "" : `limit_rate ${perConnection};`}
    location /small/ { rewrite ^ /small.vtt break; }
  }
}
`;
}

async function makeCertificate(dir: string): Promise<{ certPath: string; keyPath: string }> {
  const [certPath, keyPath] = [join(dir, "cert.pem"), join(dir, "key.pem")];
  const { success, stderr } = await new Deno.Command("openssl", {
    args: [
      ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=bench".split(
        " ",
      ),
      ..."-addext subjectAltName=IP:127.0.0.1,DNS:localhost -addext basicConstraints=critical,CA:FALSE".split(
        " ",
      ),
      ...["-out", certPath, "-keyout", keyPath],
    ],
  }).output();
  if (!success) throw new Error(`openssl made no certificate: ${new TextDecoder().decode(stderr)}`);
  return { certPath, keyPath };
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function untilListening(port: number): Promise<void> {
  for (let left = 100; left > 0; left--) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  throw new Error("nginx did not start");
}
