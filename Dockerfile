# Build stage: the same scripts as anywhere.
FROM swift:6.3-bookworm AS build
WORKDIR /homeward
COPY . .
RUN bash -c 'source scripts/lib && install_packages "${homeward_packages[@]}"' \
    && swift build -c release --product homeward \
    && install -s "$(swift build -c release --show-bin-path)/homeward" /usr/local/bin/homeward

# Runtime stage: the program, its three libraries, nobody's rights.
FROM debian:bookworm-slim
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends libssl3 libsqlite3-0 zlib1g ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --home-dir /var/lib/homeward --create-home --shell /usr/sbin/nologin homeward
COPY --from=build /usr/local/bin/homeward /usr/local/bin/homeward
COPY config/homeward.json /etc/homeward/homeward.json
USER homeward
VOLUME /var/lib/homeward
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=4s --start-period=30s CMD ["homeward", "health", "--listen", "127.0.0.1:8080"]
ENTRYPOINT ["homeward"]
CMD ["serve", "--config", "/etc/homeward/homeward.json", "--data", "/var/lib/homeward", "--listen", "0.0.0.0:8080"]
