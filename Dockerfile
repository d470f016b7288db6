# One Concordat gateway, as a user without rights on a read-only root file system.
#
#   docker build -t concordat .
#   docker run --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges \
#     -v concordat-store:/var/lib/concordat -v /etc/concordat:/etc/concordat:ro \
#     -p 8443:8443 -p 8444:8444 -p 8445:8445 --stop-timeout 30 concordat
#
# /etc/concordat holds concordat.yaml, policies, signatures, certificates and keys; key files belong to user 10001 with mode
# 0400 or 0600, otherwise the gateway does not start. In the file: `store: { directory: /var/lib/concordat }`, and doors that
# listen on 0.0.0.0. The store is one gateway's alone and lies on a disk that honours fsync.
# To pin the base image for good, put its digest behind the tag: node:26.10.0-bookworm-slim@sha256:…
ARG NODE=node:26.10.0-bookworm-slim

FROM ${NODE} AS libraries
WORKDIR /opt/concordat
COPY package.json package-lock.json .npmrc ./
# Nothing is compiled and no package runs a script.
RUN npm ci --omit=dev --ignore-scripts && mkdir -m 0700 /store && chown 10001:10001 /store

FROM ${NODE}
ENV NODE_ENV=production
WORKDIR /opt/concordat
COPY --from=libraries /opt/concordat/node_modules ./node_modules
# A new volume takes owner and mode from here.
COPY --from=libraries --chown=10001:10001 /store /var/lib/concordat
# TypeScript is run as it is, by type stripping, which Node refuses below node_modules: src stands beside it.
COPY package.json openapi.yaml LICENSE ./
COPY schemas ./schemas
COPY policies ./policies
COPY src ./src

USER 10001:10001
EXPOSE 8443 8444 8445
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 \
  CMD ["node", "src/main.ts", "health", "--config", "/etc/concordat/concordat.yaml"]
# No debugger on a signal, no native code: what the start-up check asks of the machine.
ENTRYPOINT ["node", "--disable-sigusr1", "--no-addons", "src/main.ts"]
CMD ["serve", "--config", "/etc/concordat/concordat.yaml"]
