# The image of the object store: Ceph's radosgw of Debian 12, which the tests use too. docker compose builds it.
FROM debian:12-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends radosgw ceph-mon ceph-osd curl && rm -rf /var/lib/apt/lists/*
RUN install -d -o ceph -g ceph -m 700 /var/lib/portal-store
COPY store.sh /srv/
USER ceph
ENV STORE_LISTEN=0.0.0.0:7480
CMD ["bash", "/srv/store.sh"]
