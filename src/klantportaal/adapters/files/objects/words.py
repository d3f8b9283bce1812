"""Words that name a place in an object store, such as ``s3://bucket/prefix?region=eu-central-1``.

Credentials are never in a word. They come from the environment or from the role of the machine, as the tools of each
provider take them: ``AWS_ACCESS_KEY_ID``, ``GOOGLE_APPLICATION_CREDENTIALS``, ``AZURE_STORAGE_ACCOUNT_KEY`` and so on.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlsplit

import attrs

_TOGETHER = ("timeout", "retries")
_OPTIONS: Mapping[str, tuple[str, ...]] = {
    "s3": ("endpoint", "region", *_TOGETHER),
    "gs": _TOGETHER,
    "az": ("account", "endpoint", *_TOGETHER),
}
"""The options of each scheme."""
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]")
_PREFIX = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
_ENDPOINT = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?/?|https?://\[[0-9a-f:]+\](:[0-9]{1,5})?/?")
_NAME = re.compile(r"[a-z0-9-]{1,63}")
TIMEOUT = 30
"""The default time limit of one request, in seconds. A request moves one part of a file."""
RETRIES = 3
"""How often a request is repeated, by default, that found the store busy or away."""
_CONNECTING = 5
"""The time limit for making a connection, in seconds."""


@attrs.frozen(kw_only=True)
class Place:
    """A place in an object store."""

    scheme: str
    bucket: str
    """Its bucket; in Azure, its container."""
    prefix: str
    """What all names begin with. "" for nothing."""
    options: Mapping[str, str]

    @property
    def patience(self) -> float:
        """The longest time that one request takes, with all its retries, in seconds."""
        return self._timeout * (self._retries + 1) + _CONNECTING

    def open(self, stores: Any) -> Any:
        """Open the place. *stores* has the classes of obstore. Nothing is sent."""
        make = {"s3": stores.S3Store, "gs": stores.GCSStore, "az": stores.AzureStore}[self.scheme]
        endpoint = self.options.get("endpoint")
        own = {
            "region": self.options.get("region"),
            "endpoint": endpoint,
            "account_name": self.options.get("account"),
            # Not every store has requests that delete many objects, and some ask for other rights for them.
            "disable_bulk_delete": True if self.scheme == "s3" else None,
        }
        client = {"connect_timeout": timedelta(seconds=_CONNECTING), "timeout": timedelta(seconds=self._timeout)}
        retry = {
            "max_retries": self._retries,
            # No retry begins after this. It is shorter than `patience` by the time limit of the last one.
            "retry_timeout": timedelta(seconds=self._timeout * self._retries or 1),
            "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=2), "base": 2},
        }
        return make(
            self.bucket,
            prefix=self.prefix or None,
            client_options=client | ({"allow_http": True} if endpoint and endpoint.startswith("http://") else {}),
            retry_config=retry,
            **{name: value for name, value in own.items() if value is not None},
        )

    @property
    def _timeout(self) -> int:
        return int(self.options.get("timeout", TIMEOUT))

    @property
    def _retries(self) -> int:
        return int(self.options.get("retries", RETRIES))


def place(word: str) -> Place:
    """Read a word.

    Raises:
        ValueError: it names no place. The message says what would be right, and repeats nothing of the word.
    """
    scheme = word.partition("://")[0].lower()
    if scheme not in _OPTIONS:
        raise ValueError("use s3://bucket/prefix, gs://bucket/prefix or az://container/prefix")
    if "@" in word:
        raise ValueError("leave the credentials out: they come from the environment, or from the role of the machine")
    kind = "container" if scheme == "az" else "bucket"
    try:
        url = urlsplit(word)
    except ValueError:  # Its message repeats the word.
        url = SplitResult("", "", "", "", "")
    if _BUCKET.fullmatch(url.netloc) is None or url.fragment:
        raise ValueError(f"name the {kind} by letters, digits, hyphens and dots, as in {scheme}://{kind}/prefix")
    prefix = url.path.strip("/")
    if prefix and _PREFIX.fullmatch(prefix) is None:
        raise ValueError(f"write the prefix with letters, digits, hyphens and slashes, as in {scheme}://{kind}/prefix")
    return Place(scheme=scheme, bucket=url.netloc, prefix=prefix, options=_options(scheme, url.query))


def _options(scheme: str, query: str) -> dict[str, str]:
    """Read what stands after the question mark. Raises: ValueError."""
    known = _OPTIONS[scheme]
    pairs = parse_qsl(query, keep_blank_values=True)
    names = [name for name, _value in pairs]
    if len(set(names)) < len(names) or not set(names) <= set(known):
        raise ValueError(f"after the question mark, write only {', '.join(f'{name}=…' for name in known)}, each once")
    for name, value in pairs:
        shape, right = _SHAPES[name]
        if shape.fullmatch(value) is None:
            raise ValueError(right)
    return dict(pairs)


_SHAPES: Mapping[str, tuple[re.Pattern[str], str]] = {
    "endpoint": (_ENDPOINT, "endpoint is the address of the store, as in endpoint=https://objects.example.nl:9000"),
    "region": (_NAME, "region is a name such as eu-central-1"),
    "account": (_NAME, "account is the name of the storage account"),
    "timeout": (re.compile("[1-9][0-9]{0,2}", re.ASCII), "timeout is a number of seconds from 1 to 999"),
    "retries": (re.compile("[0-9]|10", re.ASCII), "retries is a number from 0 to 10"),
}
"""The shape of each option, and what is said if it has another one."""
