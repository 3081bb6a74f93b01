"""The Procore adapter against the simulator: what both sides of the wire make of the documented rules."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from connector.adapters.procore.client import ProcoreClient
from connector.adapters.procore.identity import PersonLookup
from connector.adapters.procore.oauth import Login, new_proof
from connector.adapters.procore.tokens import ServiceTokens, SharedTokens, Tokens
from connector.adapters.procore.transport import new_session
from connector.core.errors import Code, ConnectorError, OutcomeUnknown, RetryLater, SetupWrong
from connector.ports import Json
from sandbox.procore import COMPANY_ID, ProcoreSimulator, Settings, start
from tests.doubles import ManualClock, MemoryLeases, MemoryRates, MemorySecrets

COMPANY = str(COMPANY_ID)
IN_COMPANY = {"company_id": COMPANY}
BACK = "https://app.example/callback"
VENDORS = "/rest/v1.0/vendors"
SYNC = "/rest/v1.0/vendors/sync"


class BusyClock(ManualClock):
    """Stands still too, but lets other threads work while it sleeps."""

    def sleep(self, seconds: float) -> None:
        time.sleep(0.005)
        super().sleep(seconds)


@dataclass
class World:
    """Procore on loopback and what a worker of the connector has at hand; both live by the same clock."""

    procore: ProcoreSimulator
    clock: ManualClock
    session: requests.Session
    secrets: MemorySecrets
    rates: MemoryRates
    leases: MemoryLeases

    def login(self) -> Login:
        return Login(self.procore.url, self.session, self.secrets, "procore", self.clock, redirect_uri=BACK)

    def client(self, tokens: Tokens | None = None, *, company: str = COMPANY, patience: float = 20) -> ProcoreClient:
        tokens = tokens or ServiceTokens(self.login(), self.clock)
        return ProcoreClient(self.procore.url, company, tokens, self.rates, self.clock, session=self.session, patience=patience)

    def people(self) -> PersonLookup:
        return PersonLookup(self.procore.url, self.rates, self.clock, session=self.session)

    def shared_tokens(self) -> SharedTokens:
        return SharedTokens(self.login(), self.secrets, "pair", self.leases, self.clock)

    def statuses(self, path: str) -> list[int | None]:
        return [exchange.status for exchange in self.procore.requests if exchange.path == path]

    def vendors(self) -> list[Json]:
        return [vendor for page in self.client().pages(VENDORS, IN_COMPANY) for vendor in page]


@pytest.fixture
def settings() -> Settings:
    return Settings(spike_limit=100)


@pytest.fixture
def world(settings: Settings) -> Iterator[World]:
    clock = BusyClock()
    secrets = MemorySecrets({"procore": {"client_id": "sandbox", "client_secret": "sandbox"}, "pair": {}})
    with start(clock=clock.now, settings=settings) as procore, new_session() as session:
        yield World(procore, clock, session, secrets, MemoryRates(clock), MemoryLeases(clock))


def test_a_list_comes_whole_and_over_one_connection(world: World) -> None:
    client = world.client()
    small = [vendor["id"] for page in client.pages(VENDORS, IN_COMPANY | {"per_page": "7"}) for vendor in page]
    assert len(small) == len(set(small)) > 21
    assert len(world.statuses(VENDORS)) == -(-len(small) // 7)
    assert sorted(small) == sorted(vendor["id"] for vendor in world.vendors())


def test_links_that_name_procores_own_host_stay_on_ours(world: World, settings: Settings) -> None:
    settings.link_base = "https://api.procore.com"
    pages = list(world.client().pages(VENDORS, IN_COMPANY | {"per_page": "20"}))
    assert len(pages) == 2
    assert sum(len(page) for page in pages) == len(world.vendors())


def test_a_sync_action_creates_updates_and_refuses_record_by_record(world: World) -> None:
    taken, other = world.vendors()[:2]
    found = world.client().sync(
        SYNC,
        {"company_id": COMPANY_ID},
        [
            {"origin_id": "test:V-1", "name": "Bluebird Fencing"},
            {"id": taken["id"], "name": other["name"]},
            {"id": 1, "name": "Nobody"},
            {"id": taken["id"], "origin_code": "V-2"},
        ],
    )
    assert [answer.position for answer in found] == [0, 1, 2, 3]
    assert found[0].entity is not None
    assert found[0].entity["origin_id"] == "test:V-1"
    assert [violation.their_words for violation in found[2].violations] == ["Entity with this ID not found"]
    assert found[3].entity is not None
    assert found[3].entity["id"] == taken["id"]
    assert world.statuses(SYNC) == [200, 200]


def test_a_cut_line_during_a_sync_makes_one_record(world: World) -> None:
    world.procore.faults.plan({"fault": "cut_after", "match": SYNC})
    found = world.client().sync(SYNC, {"company_id": COMPANY_ID}, [{"origin_id": "test:V-1", "name": "Bluebird Fencing"}])
    assert found[0].entity is not None
    assert [vendor["name"] for vendor in world.vendors() if vendor["origin_id"] == "test:V-1"] == ["Bluebird Fencing"]
    assert world.statuses(SYNC) == [None, 200]


def test_a_cut_line_during_a_post_is_left_open(world: World) -> None:
    world.procore.faults.plan({"fault": "cut_after", "match": f"POST {VENDORS}"})
    with pytest.raises(OutcomeUnknown):
        world.client().send("POST", VENDORS, {"company_id": COMPANY_ID, "vendor": {"name": "Bluebird Fencing"}})
    assert [vendor["name"] for vendor in world.vendors()].count("Bluebird Fencing") == 1


@pytest.mark.parametrize("fault", [{"fault": "status", "status": 503}, {"fault": "html"}, {"fault": "empty"}, {"fault": "cut_before"}])
def test_a_read_gets_over_what_passes(world: World, fault: dict[str, Json]) -> None:
    world.procore.faults.plan({**fault, "match": f"GET {VENDORS}", "times": 2})
    assert world.vendors()


def test_a_refusal_keeps_procores_words_and_fields(world: World) -> None:
    with pytest.raises(ConnectorError) as failure:
        world.client().send("POST", VENDORS, {"company_id": COMPANY_ID, "vendor": {"name": ""}})
    assert failure.value.code is Code.REFUSED_BY_PROCORE
    assert "name" in failure.value.message + failure.value.their_words


def test_what_is_not_there_is_not_found(world: World) -> None:
    with pytest.raises(ConnectorError) as failure:
        world.client().get(f"{VENDORS}/1", IN_COMPANY)
    assert failure.value.code is Code.NOT_FOUND


def test_an_app_that_is_not_connected_stops_everything(world: World, settings: Settings) -> None:
    settings.connected.clear()
    with pytest.raises(SetupWrong) as failure:
        world.vendors()
    assert failure.value.code is Code.NO_PERMISSION


def test_wrong_credentials_stop_everything(world: World) -> None:
    world.secrets.replace("procore", {"client_id": "sandbox", "client_secret": "another"})
    with pytest.raises(SetupWrong) as failure:
        world.vendors()
    assert failure.value.code is Code.SIGN_IN_FAILED
    assert failure.value.their_words.startswith("invalid_client: ")


def test_a_token_is_renewed_ahead_and_after_a_refusal(world: World) -> None:
    client = world.client()
    client.get(VENDORS, IN_COMPANY)
    world.clock.move(5_200)
    client.get(VENDORS, IN_COMPANY)
    assert world.statuses(VENDORS) == [200, 200]
    for grant in list(world.procore.tokens._by_access):  # noqa: SLF001 -- as an administrator who revokes them all
        world.procore.tokens.revoke(grant)
    client.get(VENDORS, IN_COMPANY)
    assert world.statuses(VENDORS) == [200, 200, 401, 200]


@pytest.mark.parametrize("settings", [Settings(hourly_limit=200, spike_limit=25)])
def test_an_hour_at_full_speed_is_never_refused(world: World) -> None:
    client, end, calls = world.client(patience=4_000), world.clock.now() + timedelta(hours=1), 0
    while world.clock.now() < end:
        client.get("/rest/v1.0/me", IN_COMPANY)
        world.clock.move(0.2)
        calls += 1
    assert set(world.statuses("/rest/v1.0/me")) == {200}
    assert calls - 1 >= 0.95 * 200  # the last one waited for the next hour


@pytest.mark.parametrize("settings", [Settings(spike_limit=3)])
def test_a_limit_used_up_by_another_is_waited_for_or_retried_later(world: World) -> None:
    for _ in range(3):
        world.client().get("/rest/v1.0/me", IN_COMPANY)
    world.rates = MemoryRates(world.clock)  # a worker that has heard of nothing
    assert world.client().get("/rest/v1.0/me", IN_COMPANY)
    assert world.statuses("/rest/v1.0/me") == [200, 200, 200, 200]
    assert sum(world.clock.slept) > 9


def test_a_person_signs_in_with_a_proof_and_the_pair_is_refreshed_once_for_all(world: World) -> None:
    proof = new_proof()
    address = world.login().authorization_url(state="a-state", challenge=proof.challenge)
    dana = world.procore.store["users"].find(key="dana")
    assert dana is not None
    answer = world.session.post(address, data={"user_id": dana["id"]}, allow_redirects=False)
    back = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert back["state"] == ["a-state"]
    with pytest.raises(ConnectorError) as failure:
        world.login().exchange(back["code"][0], verifier="another")
    assert failure.value.code is Code.SIGN_IN_FAILED

    answer = world.session.post(address, data={"user_id": dana["id"]}, allow_redirects=False)
    grant = world.login().exchange(parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0], verifier=proof.verifier)
    world.shared_tokens().keep(grant)
    world.clock.move(5_200)
    workers, got = [world.shared_tokens() for _ in range(2)], list[str]()
    threads = [threading.Thread(target=lambda worker=worker: got.append(worker.token())) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(got)) == 1
    assert got[0] != grant.access_token
    assert world.people().who_is(got[0], COMPANY).login == dana["login"]
    world.login().revoke(got[0])
    with pytest.raises(ConnectorError) as failure:
        world.people().who_is(got[0], COMPANY)
    assert failure.value.code is Code.SIGN_IN_FAILED


def test_the_people_of_the_builder_are_who_they_are(world: World) -> None:
    people = world.people()
    dana, lee = (people.who_is(world.procore.token(key), COMPANY) for key in ("dana", "lee"))
    assert (dana.name, dana.accounting_approver, dana.admin_in_procore) == ("Dana Ortiz", True, False)
    assert (lee.name, lee.accounting_approver) == ("Lee Novak", False)
    assert dana.projects is not None
    assert lee.projects is not None
    assert (len(dana.projects), len(lee.projects)) == (3, 1)


def test_a_stranger_gets_nowhere(world: World) -> None:
    people = world.people()
    with pytest.raises(ConnectorError) as failure:
        people.who_is("nonsense", COMPANY)
    assert failure.value.code is Code.SIGN_IN_FAILED
    with pytest.raises(ConnectorError) as failure:
        people.who_is(world.procore.token("dana"), "1")
    assert failure.value.code is Code.NOT_ALLOWED
    dana = world.procore.store["users"].find(key="dana")
    assert dana is not None
    dana["is_active"] = False
    with pytest.raises(ConnectorError) as failure:
        people.who_is(world.procore.token("dana"), COMPANY)
    assert failure.value.code is Code.NOT_ALLOWED


def test_a_server_that_is_not_there_is_retried_later(world: World) -> None:
    world.vendors()
    client = world.client(patience=5)
    client.get("/rest/v1.0/me")
    world.procore.close()
    with pytest.raises(RetryLater) as failure:
        client.get("/rest/v1.0/me")
    assert failure.value.code is Code.UNAVAILABLE
