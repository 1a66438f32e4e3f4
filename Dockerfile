# The image of shakedown: one static program, the certificates of public authorities, and the names of its user. No shell, no
# package manager, nothing to write to. Inside a cluster it is the proxy, the guard, the pressure and the demo shop.
#
#   docker build -t shakedown .
#   docker run --rm --read-only shakedown --version

FROM rust:1.95-slim-bookworm AS build
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates musl-tools \
    && rm -rf /var/lib/apt/lists/* \
    && rustup target add "$(uname -m)-unknown-linux-musl"
WORKDIR /source
COPY . .
# Static, so that nothing else is needed in the image. musl resolves names by /etc/hosts and the servers of
# /etc/resolv.conf by itself, both of which the container runtime mounts.
RUN cargo build --locked --release --bin shakedown --target "$(uname -m)-unknown-linux-musl" \
    && mkdir -p /image/etc/ssl/certs /image/tmp /own/data \
    && cp "target/$(uname -m)-unknown-linux-musl/release/shakedown" /image/shakedown \
    && cp /etc/ssl/certs/ca-certificates.crt /image/etc/ssl/certs/ \
    && echo 'shakedown:x:10001:10001::/data:/shakedown' > /image/etc/passwd \
    && echo 'shakedown:x:10001:' > /image/etc/group \
    && echo 'hosts: files dns' > /image/etc/nsswitch.conf \
    && chmod 1777 /image/tmp

FROM scratch
COPY --from=build /image/ /
COPY --from=build --chown=10001:10001 /own/ /
# As a number, so that Kubernetes sees that it is not root.
USER 10001:10001
# /data and /tmp are for volumes: the image runs with a root file system that is read-only.
WORKDIR /data
# The demo shop and its store.
EXPOSE 8080
ENTRYPOINT ["/shakedown"]
CMD ["--help"]
