"""Looking at HEIC pictures, through both hosts: with libheif, and without it (NW-3)."""

import pytest

from klantportaal.testing.contracts.pictures import HEIGHT, WIDTH, damaged, heic, seen
from tests.hosts.browsers import PREFIX, Browser, dutch
from tests.hosts.conftest import World, build_world
from tests.hosts.test_looking import marks, path_of, publish


def test_a_picture_of_a_phone(client: Browser, world: World) -> None:
    """NW-3: a HEIC picture is shown as JPEG, turned, and without the place where it was taken, and marked."""
    content = heic(orientation=6, told=True)
    document = publish(world, "IMG_1.heic", content)
    path = path_of(world, document)
    tab = client.get(f"/dossiers/{world.dossier.id}/documenten").text
    assert f'href="{PREFIX}{path}/bekijken"' in tab
    page = client.get(f"{path}/bekijken")
    assert f'<img class="look-picture" src="{PREFIX}{path}/inhoud" alt="IMG_1.heic">' in page.text
    assert client.get(f"{path}/inhoud", Sec_Purpose="prefetch").status == 503
    head = client.head(f"{path}/inhoud")
    assert marks(world, document) == (False, False)
    reply = client.get(f"{path}/inhoud")
    made = seen(reply.body)
    assert (made.size, dict(made.getexif())) == ((HEIGHT, WIDTH), {})
    assert (reply.status, reply.headers["content-type"]) == (200, "image/jpeg")
    assert reply.headers["content-length"] == head.headers["content-length"] == str(len(reply.body))
    assert reply.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'self'; sandbox"
    assert reply.headers["content-disposition"].startswith('inline; filename="IMG_1.jpg"')
    assert marks(world, document) == (True, False)
    assert client.get(path).body == content


@pytest.mark.parametrize("what", ["half", "garbage behind the mark", "a bomb", "larger than it says"])
def test_pictures_that_do_harm(client: Browser, world: World, what: str) -> None:
    """NW-3: a HEIC picture that is damaged, or lies about its size, is not shown. It can be downloaded."""
    content = damaged()[what]
    document = publish(world, "IMG_1.heic", content)
    path = path_of(world, document)
    page = client.get(f"{path}/bekijken")
    assert (page.status, dutch("This file cannot be shown here") in page.text) == (200, True)
    assert client.get(f"{path}/inhoud").status == 404
    assert marks(world, document) == (False, False)
    assert client.get(path).body == content


class TestWithoutTheLibrary:
    """A portal that makes no pictures."""

    @pytest.fixture
    def world(self) -> World:
        """The scene, without what makes pictures."""
        return build_world(pictures=None)

    def test_it_is_downloaded(self, client: Browser, world: World) -> None:
        """NW-3: without the extra, no look at a HEIC picture is offered. Its page says that it can be downloaded."""
        content = heic()
        document = publish(world, "IMG_1.heic", content)
        path = path_of(world, document)
        assert f"{path}/bekijken" not in client.get(f"/dossiers/{world.dossier.id}/documenten").text
        assert dutch("This file cannot be shown here") in client.get(f"{path}/bekijken").text
        assert client.get(f"{path}/inhoud").status == 404
        assert client.get(path).body == content
