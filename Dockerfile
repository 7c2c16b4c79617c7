# syntax=docker/dockerfile:1

# --- build ------------------------------------------------------------------------------------------------------
# The same Debian release as the image below: the binary is linked against its C library.
FROM rust:1.94-bookworm AS build
WORKDIR /build

# Only what the build reads, by name: nothing else of the checkout can end up in a layer.
COPY Cargo.toml Cargo.lock ./
COPY src/ src/
COPY typst-templates/ typst-templates/
COPY fonts/ fonts/
# Named in Cargo.toml, so cargo wants the file to be there; it is not built.
COPY benches/ benches/

# Told by GET /version; left out, the binary names no revision.
ARG REVISION
# --locked: exactly the dependencies of Cargo.lock. Profile ship: fat LTO, smaller and a little faster.
# The caches keep a second build short; the binary is copied out because a cache is not part of the image.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/build/target \
    if [ -n "$REVISION" ]; then export VINHDANH_REVISION="$REVISION"; fi; \
    cargo build --profile ship --locked --bin vinhdanh \
    && cp target/ship/vinhdanh /vinhdanh

# The image below has no shell to make a folder with.
RUN mkdir /data

# --- run --------------------------------------------------------------------------------------------------------
# glibc, libgcc and the root certificates that calls to webhooks and to an S3 store over TLS are checked by; no shell, no
# package manager.
FROM gcr.io/distroless/cc-debian12:nonroot

ARG REVISION
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="vinhdanh" \
      org.opencontainers.image.description="Award decisions as JSON in, PDF/A-2a and PDF/UA-1 in the Vietnamese administrative format out" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"

# Templates and fonts are inside the binary. The fonts' licence asks to travel with them.
COPY --from=build /vinhdanh /usr/local/bin/vinhdanh
COPY fonts/Tinos/LICENSE /usr/share/doc/vinhdanh/Tinos-LICENSE

# Batches: the database and the files, unless DATABASE_URL and VINHDANH_FILES name others. A new volume takes the owner of
# this folder; nothing else in the image is writable, so the root file system can be mounted read-only.
COPY --from=build --chown=10001:10001 /data /var/lib/vinhdanh
ENV VINHDANH_DATA=/var/lib/vinhdanh
VOLUME /var/lib/vinhdanh

# By number, so that an orchestrator can see that it is not root.
USER 10001:10001

# The container's own address is reachable by others, so the service asks for API keys (VINHDANH_KEYS, a mounted file)
# and does not start without them unless VINHDANH_OPEN says so.
ENV VINHDANH_LISTEN=0.0.0.0:8080
EXPOSE 8080

# Running requests are finished, then it ends.
STOPSIGNAL SIGTERM

# The program is its own client: there is no curl here.
HEALTHCHECK --interval=15s --timeout=6s --start-period=10s --retries=3 \
    CMD ["/usr/local/bin/vinhdanh", "healthcheck"]

ENTRYPOINT ["/usr/local/bin/vinhdanh"]
CMD ["serve"]
