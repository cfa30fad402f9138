# The programs and lighttpd, for docker-compose.yml. PostgreSQL and Redis run in
# containers of their own; their addresses come in as DATABASE_URL and REDIS_URL.
# The packages are those of scripts/packages, as everywhere.

FROM debian:12-slim AS build
WORKDIR /srv/haat
COPY scripts/packages scripts/
RUN scripts/packages install build node ca-certificates
COPY package.json package-lock.json ./
COPY scripts/node-modules scripts/
RUN scripts/node-modules
COPY . .
RUN make MODE=release build static
# Which shared libraries the programs load, by the names their packages have here.
RUN scripts/packages libraries build/release/bin/* >build/libraries

FROM debian:12-slim
WORKDIR /srv/haat
COPY scripts/packages scripts/
COPY --from=build /srv/haat/build/libraries build/
RUN scripts/packages install serve $(cat build/libraries) && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /var/lib/haat --create-home --shell /usr/sbin/nologin haat
COPY .env.example ./
COPY scripts scripts
COPY lighttpd lighttpd
COPY sql sql
COPY templates templates
COPY cron/crontab cron/
COPY cgi-bin/try cgi-bin/
COPY --from=build /srv/haat/build/static build/static
COPY --from=build /srv/haat/build/errors build/errors
COPY --from=build /srv/haat/build/release/bin build/release/bin
COPY --from=build /srv/haat/build/release/cron build/release/cron
# The provider's sandbox, which only HAAT_DEMO=1 starts.
COPY --from=build /srv/haat/build/release/fakes build/release/fakes
COPY --from=build /srv/haat/build/release/endpoints.conf /srv/haat/build/release/schema.json build/release/

# All settings come from the container's environment; no file is made here.
ENV ENV_FILE=/dev/null STATE_DIR=/var/lib/haat BIND=0.0.0.0 PORT=8000 MODE=release
USER haat
VOLUME /var/lib/haat
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=6s --start-period=120s CMD scripts/stack healthy
CMD ["scripts/stack", "run"]
