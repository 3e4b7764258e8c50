# A Troupe worker. Debian rather than Alpine: Temporal's SDK core is built for glibc.
FROM node:22.20.0-bookworm-slim

# git for agents that read repositories; certificates for servers behind TLS.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates git \
  && rm -rf /var/lib/apt/lists/*

WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# No install script is needed; the development dependencies stay, since the examples use them.
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build \
  && mkdir /data \
  && chown node:node /data

ENV TROUPE_DIR=/data
USER node
CMD ["node", "dist/src/cli/main.js", "worker"]
