/** Why some command lines of the documents are not run by the tests. */
export interface NotRun {
  readonly reason: string;
  /** As the documents show them. */
  readonly lines: readonly string[];
}

/** All of them. A line belongs here only if it cannot be run on a machine of tests, whatever is prepared for it. */
export const notRun: readonly NotRun[] = [
  {
    reason: "it is the suite that runs this test",
    lines: ["npx --yes deno@2.9.6 task test"],
  },
  {
    reason:
      "it takes minutes, and its figures mean nothing beside other tests; .ci/run runs the bench in small",
    lines: [
      "deno task bench",
      "deno task bench --only large-file,start-up",
      "deno task bench --rounds 1",
      "deno task bench --quick",
      "deno task bench --json results.json --docs",
    ],
  },
  {
    reason: "it changes the machine: packages are installed for everybody on it",
    lines: ["sudo apt-get install nginx-light aria2 curl"],
  },
  {
    reason:
      "it changes the machine: a binary, credentials and units go into the system's folders, and run from there",
    lines: [
      "sudo install -m 755 dist/zoom-extract-linux-x64 /usr/local/bin/zoom-extract",
      "sudo install -m 600 .env /etc/zoom-extract.env",
      "sudo install -m 644 packaging/systemd/zoom-extract.service packaging/systemd/zoom-extract.timer /etc/systemd/system/",
      "sudo systemctl daemon-reload",
      "sudo systemctl enable --now zoom-extract.timer",
      "systemctl list-timers zoom-extract.timer; journalctl -u zoom-extract.service",
    ],
  },
  {
    reason: "it needs a base binary that Deno downloads; tests/compile_test.ts looks at what is compiled",
    lines: ["deno task compile"],
  },
  {
    reason: "it asks GitHub about a release, which only a repository there has",
    lines: ["gh attestation verify ~/.local/bin/zoom-extract --repo OWNER/zoom-extract"],
  },
  {
    reason: "it is for macOS, and for what a browser marked there",
    lines: ["xattr -d com.apple.quarantine ~/.local/bin/zoom-extract"],
  },
  {
    reason: "it is for Windows, as its page says; the release workflow starts the binary there",
    lines: [
      'schtasks /Create /TN "zoom-extract" /SC DAILY /ST 02:30 /TR "cmd /c cd /d C:\\zoom && zoom-extract.exe --output-dir D:\\archive --yes --no-progress > last-run.txt 2>&1"',
      "winget install --exact --id DenoLand.Deno",
      'New-Item -ItemType Directory -Force "$HOME\\zoom"',
      "$deno = deno eval 'console.log(Deno.execPath())'",
      'Set-Content -Encoding Oem "$HOME\\zoom\\zoom-extract.cmd" "@`"$deno`" run -A --no-prompt --quiet `"$PWD\\main.ts`" %*"',
      "Get-FileHash zoom-extract-windows-x64.exe; Get-Content SHA256SUMS",
      "Unblock-File zoom-extract-windows-x64.exe",
      'Move-Item zoom-extract-windows-x64.exe "$HOME\\zoom\\zoom-extract.exe"',
      'Set-Location "$HOME\\zoom"',
      ".\\zoom-extract init",
      ".\\zoom-extract doctor",
      ".\\zoom-extract --dry-run --from-date 2024-01-01",
      ".\\zoom-extract --from-date 2024-01-01",
      'schtasks /Create /TN "zoom-extract" /SC DAILY /ST 03:15 /TR "cmd /c cd /d $HOME\\zoom && .\\zoom-extract --yes --no-progress > last-run.txt 2>&1"',
    ],
  },
  {
    reason: "it needs Docker's service, and the images that the Dockerfile begins with",
    lines: [
      'docker build --build-arg COMMIT="$(git rev-parse --short HEAD)" -t zoom-extract .',
      'docker run --rm --init --env-file .env -e ZOOM_OUTDIR=/archive -v /mnt/archive:/archive --user "$(id -u):$(id -g)" \\\n' +
      "  --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges zoom-extract",
    ],
  },
];
