# A Troupe worker. Debian rather than Alpine: Temporal's SDK core is built for glibc.
FROM node:20.20.2-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# No dependency needs its install script.
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY scripts scripts
COPY src src
COPY workflows workflows
COPY activities activities
# The tokenizer is a development dependency that an example needs; it has no dependencies of its own.
RUN npm run build \
  && mv node_modules/gpt-tokenizer /tmp \
  && npm prune --omit=dev --ignore-scripts \
  && mv /tmp/gpt-tokenizer node_modules

FROM node:20.20.2-bookworm-slim
# git for agents that read repositories; certificates for servers behind TLS.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates git \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY examples examples
# A new volume that is mounted here takes over this owner.
RUN mkdir /data && chown node:node /data
ENV NODE_ENV=production TROUPE_DIR=/data
USER node
CMD ["node", "dist/src/cli/main.js", "worker"]
