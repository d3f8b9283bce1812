"""What an object store says when it refuses or fails, as sentences that say how it is mended.

No sentence has the address, a name or the request of the store's own message: that can have an access key.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from klantportaal.domain.errors import Conflict, StorageFull, Unavailable


class ObjectStoreUnavailable(Unavailable):
    """The object store cannot be used now, or not with these rights."""

    def __init__(self, says: str, mend: str) -> None:
        """Say what is wrong, and how it is mended."""
        super().__init__(f"{says}: {mend}")


class NoSuchObject(Exception):
    """There is no object of this name. Its bucket is there."""


_RIGHTS = {
    "read": ("read", "s3:GetObject"),
    "write": ("written", "s3:PutObject"),
    "delete": ("removed", "s3:DeleteObject"),
    "list": ("listed", "s3:ListBucket"),
}
"""For each kind of request: what may not be done, and the right for it, as S3 calls it."""

_NO_BUCKET = ("the bucket does not exist", "make it, or correct its name or the endpoint in the word of the files")
_REGION = ("the bucket is in another region", "name its region in the word of the files, as in ?region=eu-central-1")
_EXPIRED = ("the credentials of the object store have expired", "renew them, or use those of the machine's role")
_WRONG = (
    "the credentials of the object store are wrong",
    "correct them in the environment, such as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
)
_NONE = (
    "there are no credentials for the object store",
    "set them in the environment, such as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the machine a role",
)
_UNUSABLE = (
    "the credentials or options in the environment cannot be used",
    "correct those of the object store, such as AWS_ACCESS_KEY_ID, and leave no carriage return at their ends",
)
_SKEWED = ("the clocks of this machine and of the object store are too far apart", "use NTP on this machine")
_BUSY = ("the object store is busy or fails", "try again; if it stays so, look at the store")
_AWAY = (
    "the object store does not answer",
    "look at the network, and at the endpoint in the word of the files",
)
_ELSEWHERE = (
    "no object store answers at the endpoint",
    "correct the endpoint in the word of the files, or look at the proxy before the store",
)
_ARCHIVED = ("the file is in an archive", "restore it from there, and let no lifecycle rule archive the bucket")
_ROLES = ("169.254.", "metadata.google.internal")
"""Where the credentials of a machine's role are asked for, when there are no others."""
_NO_OBJECT = frozenset({"NoSuchKey", "BlobNotFound"})
_FULL = frozenset({"QuotaExceeded", "XMinioStorageFull", "InsufficientStorage", "AccountBeingQuotaLimited"})

_CODES: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(("NoSuchBucket", "ContainerNotFound", "ContainerBeingDeleted"), _NO_BUCKET),
    **dict.fromkeys(
        (
            "PermanentRedirect",
            "TemporaryRedirect",
            "AuthorizationHeaderMalformed",
            "IllegalLocationConstraintException",
        ),
        _REGION,
    ),
    **dict.fromkeys(("ExpiredToken", "TokenRefreshRequired", "ExpiredAuthenticationToken"), _EXPIRED),
    **dict.fromkeys(
        (
            "InvalidAccessKeyId",
            "SignatureDoesNotMatch",
            "InvalidToken",
            "InvalidSecurity",
            "AuthenticationFailed",
            "InvalidAuthenticationInfo",
        ),
        _WRONG,
    ),
    **dict.fromkeys(("RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"), _SKEWED),
    **dict.fromkeys(("InvalidObjectState", "BlobArchived"), _ARCHIVED),
    **dict.fromkeys(("OperationAborted", "ConditionalRequestConflict"), _BUSY),
}
"""For each code of an answer: what is wrong, and how it is mended."""


@contextmanager
def translated(module: Any, request: str) -> Iterator[None]:
    """Translate an error of obstore to one of the port. The original is left out, because it can have secrets.

    Args:
        module: obstore, whose errors they are.
        request: ``open``, ``read``, ``write``, ``delete`` or ``list``.

    Raises:
        NoSuchObject: there is no object of this name.
        Conflict: there is one already.
        StorageFull: the store has no room.
        ObjectStoreUnavailable: anything else.
    """
    try:
        yield
    except (module.exceptions.BaseError, OSError, ValueError) as error:
        if request == "open":
            raise ObjectStoreUnavailable(*_UNUSABLE) from None
        exists = isinstance(error, module.exceptions.AlreadyExistsError)
        raise _translation(str(error), request, exists=exists, lacks=isinstance(error, FileNotFoundError)) from None
    except BaseException as error:
        # What obstore raises if a credential cannot be sent in a header. The class has no place to import it from.
        if type(error).__name__ != "PanicException":
            raise
        raise ObjectStoreUnavailable(*_UNUSABLE) from None


def _translation(told: str, request: str, *, exists: bool, lacks: bool) -> Exception:
    code = _code(told)
    if exists and code not in _CODES:
        return Conflict("there is a file with that key already")
    if lacks and (code in _NO_OBJECT or _status(told) != "404"):  # One of many that are deleted has no status.
        return NoSuchObject()
    if code in _FULL:
        return StorageFull("the object store has no room: nothing was kept")
    return ObjectStoreUnavailable(*_problem(code, told, request))


def _problem(code: str, told: str, request: str) -> tuple[str, str]:
    """Find what is wrong, and how it is mended, by the code of the answer or else by its status."""
    if _CODES.get(code) == _REGION or "configured region" in told:  # obstore says this of a redirection to nowhere.
        return _region(told)
    if code in _CODES:
        return _CODES[code]
    if any(each in told for each in _ROLES):
        return _NONE
    status = "403" if "AccessDenied" in told else _status(told)
    if status in ("401", "403"):
        done, right = _RIGHTS[request]
        says = f"files may not be {done} in the bucket" if status == "403" else _WRONG[0]
        return says, f"give its credentials the right for it ({right})" if status == "403" else _WRONG[1]
    if status == "404":
        return _ELSEWHERE
    return _BUSY if status else _AWAY


def _region(told: str) -> tuple[str, str]:
    """Name the region, if the store does."""
    found = re.search(r"<Region>([a-z0-9-]{1,63})</Region>", told)
    return (_REGION[0], f"write ?region={found[1]} in the word of the files") if found else _REGION


def _code(told: str) -> str:
    found = re.search(r"<Code>(\w{1,100})</Code>", told)
    return found[1] if found else ""


def _status(told: str) -> str:
    found = re.search(r"status code: (\d{3})|status: (\d{3})", told)
    return (found[1] or found[2]) if found else ""
