import pytest

from tests.team.hub import Hub, obstacle


@pytest.fixture(scope="module")
def hub(tmp_path_factory, require):
    reason = obstacle()
    require(reason is None, reason)
    hub = Hub(tmp_path_factory.mktemp("hub"))
    hub.start()
    yield hub
    hub.stop()
