# syntax=docker/dockerfile:1
# zoom-extract as one bundled file on Deno: no sources, no package manager, no compiler in the image.
#   docker build --build-arg COMMIT="$(git rev-parse --short HEAD)" -t zoom-extract .
# Into a folder of this machine, as the person who owns it, and into a volume that Docker keeps:
#   docker run --rm --env-file .env -e ZOOM_OUTDIR=/archive -v /mnt/archive:/archive --user "$(id -u):$(id -g)" zoom-extract
#   docker run --rm --env-file .env -e ZOOM_OUTDIR=/archive -v recordings:/archive zoom-extract --from-date 2024-01-01
FROM denoland/deno:debian-2.9.6 AS build
WORKDIR /src
COPY deno.json deno.lock main.ts mod.ts ./
COPY src ./src
COPY plugins ./plugins
RUN ["deno", "bundle", "--quiet", "--frozen", "-o", "/src/out/zoom-extract.js", "main.ts"]
RUN ["mkdir", "-p", "/src/empty/archive", "/src/empty/config"]

FROM denoland/deno:distroless-2.9.6
ARG COMMIT=unknown
LABEL org.opencontainers.image.title="zoom-extract" \
      org.opencontainers.image.revision="${COMMIT}" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /src/out/zoom-extract.js /app/zoom-extract.js
# 65532 is the "nonroot" user of distroless images: name it, or another, with --user to match the archive's owner.
USER 65532:65532
# A new volume takes its owner from the folder in the image: without these it would be root's, and no run could write.
COPY --from=build --chown=65532:65532 /src/empty/archive /archive
COPY --from=build --chown=65532:65532 /src/empty/config /config
ENV DENO_DIR=/tmp/deno \
    DENO_NO_UPDATE_CHECK=1 \
    DENO_V8_FLAGS=--max-semi-space-size=8,--heap-growing-percent=100 \
    ZOOM_OUTDIR=/archive
# The archive, which holds its own state (_logs, _metadata), and the folder of a person's own plugins and .env.
VOLUME ["/archive", "/config"]
WORKDIR /config
ENTRYPOINT ["/bin/deno", "run", "--no-prompt", "--no-config", "--no-remote", "--no-npm", "--unstable-worker-options", \
  "--allow-read=/archive,/config/.env,/config/plugins", \
  "--allow-write=/archive", \
  "--allow-net=*.zoom.us,*.zoomgov.com,*.zoom.com.cn", \
  "--allow-env=ZOOM_*,MAX_CONCURRENT_DOWNLOADS,DOWNLOAD_TIMEOUT,CHUNK_SIZE,NO_COLOR,FORCE_COLOR,TERM", \
  "--allow-sys=statfs", \
  "/app/zoom-extract.js"]
CMD ["extract"]
