# syntax=docker/dockerfile:1

FROM node:24-bookworm-slim AS install
WORKDIR /app
RUN npm install --global pnpm@12.21.0
COPY package.json pnpm-workspace.yaml pnpm-lock.yaml .npmrc ./
COPY packages ./packages
COPY workers ./workers
COPY test/package.json ./test/package.json
# No package's install script runs: the only one that matters brings Node itself, which the image has.
RUN pnpm install --prod --frozen-lockfile --ignore-scripts

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=install /app ./
COPY config ./config
RUN printf '#!/bin/sh\nulimit -c 0\nexec node /app/packages/cli/src/main.ts "$@"\n' > /usr/local/bin/offramp && chmod 755 /usr/local/bin/offramp \
  && mkdir /project /spool && chown node:node /project /spool
USER node
WORKDIR /project
ENTRYPOINT ["offramp"]
CMD ["--help"]
