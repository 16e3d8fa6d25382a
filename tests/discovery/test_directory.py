"""The directory without any network: news in, questions and rows out, the clock moved by hand."""

from __future__ import annotations

import itertools
import random
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lanchat.discovery.announcement import Answer, Beacon, Bye, Service
from lanchat.discovery.directory import (
    LATE,
    MAX_ENTRIES,
    MAX_HINTS,
    MAX_KNOWN,
    MAX_PER_SOURCE,
    MAX_SERVICES,
    Ask,
    AskAll,
    AskOne,
    AskTcp,
    Directory,
)
from lanchat.discovery.entry import GONE, LOOKED_AT, MAX_PLACES, MISS_AFTER, REASK, UNSEEN, Endpoint
from lanchat.discovery.found import Found, State, Via
from lanchat.discovery.networks import Interface, Kind
from lanchat.protocol.frames import ServerInfo

A, B = "a" * 32, "b" * 32
ETH0 = Interface("eth0", 2, "10.0.0.2", 24, Kind.PHYSICAL)
ETH0_V6 = Interface("eth0", 2, "fe80::2", 64, Kind.PHYSICAL)
DOCKER0 = Interface("docker0", 3, "172.17.0.1", 16, Kind.CONTAINER)
NORD = "10.0.0.7"


def info(server: str = A, run: str = "11111111", name: str = "Nord", port: int = 5055, users: int = 3) -> ServerInfo:
    return ServerInfo(server, run, name, port, users, 50, locked=False)


class World:
    """A directory, its clock, and what it asks."""

    def __init__(self, *interfaces: Interface) -> None:
        self.now = 1000.0
        numbers = itertools.count()
        self.directory = Directory(self.now, lambda: f"{next(numbers):016x}", interfaces or (ETH0, ETH0_V6))
        self.asked: list[Ask] = []
        self.tick()

    def tick(self) -> None:
        self.asked += self.directory.tick(self.now)

    def pass_time(self, seconds: float) -> list[Ask]:
        """Lets time go by, as the finder's loop would; returns what was asked meanwhile."""
        self.asked.clear()
        end = self.now + seconds
        while (due := self.directory.due) <= end:
            self.now = max(self.now, due)
            self.tick()
        self.now = end
        self.tick()
        return list(self.asked)

    def beacon(self, facts: ServerInfo, source: str = NORD) -> None:
        self.directory.heard(self.now, Beacon(facts), source)
        self.tick()

    def service(self, facts: ServerInfo, *addresses: str, key: str = "Nord._lanchat._tcp.local.") -> None:
        self.directory.heard_service(
            self.now, Service(key, facts.name, facts.port, addresses or (NORD,), facts.id, facts.run)
        )
        self.tick()

    def answer_all(self, facts: ServerInfo, source: str = NORD) -> None:
        """An answer to a question to everybody."""
        self.directory.refresh(self.now)
        self.tick()
        nonce = [ask.nonce for ask in self.asked if isinstance(ask, AskAll)][-1]
        self.directory.heard(self.now, Answer(nonce, facts), source)
        self.tick()

    def nonces(self, endpoint: Endpoint) -> list[str]:
        return [ask.nonce for ask in self.asked if isinstance(ask, AskOne) and ask.endpoint == endpoint]

    def answer_one(self, facts: ServerInfo, source: str = NORD) -> None:
        """An answer to the last question to that address."""
        nonce = self.nonces(Endpoint(source, facts.port))[-1]
        self.directory.heard(self.now, Answer(nonce, facts), source)
        self.tick()

    def refuse(self, endpoint: Endpoint) -> None:
        self.directory.refused(self.now, self.nonces(endpoint)[-1])
        self.tick()

    @property
    def rows(self) -> tuple[Found, ...]:
        return self.directory.rows()

    @property
    def row(self) -> Found:
        (row,) = self.rows
        return row

    @property
    def tcp_asks(self) -> list[AskTcp]:
        return [ask for ask in self.asked if isinstance(ask, AskTcp)]


NORD_AT = Endpoint(NORD, 5055)

# Hints and facts


def test_it_begins_by_asking_everybody() -> None:
    assert [type(ask) for ask in World().asked] == [AskAll]


def test_an_answer_makes_a_live_row() -> None:
    world = World()
    world.pass_time(0.1)
    world.answer_all(info())
    assert world.row == Found(
        name="Nord",
        host=NORD,
        port=5055,
        addresses=("10.0.0.7:5055",),
        via=(Via.BEACON,),
        state=State.LIVE,
        id=A,
        run="11111111",
        users=3,
        max_users=50,
        latency_ms=0.0,
    )


def test_a_beacon_is_a_candidate_until_it_answers() -> None:
    world = World()
    world.beacon(info())
    assert (world.row.state, world.row.users) == (State.CANDIDATE, None)
    world.now += 0.002
    world.answer_one(info())
    assert (world.row.state, world.row.users, world.row.latency_ms) == (State.LIVE, 3, pytest.approx(2.0))


def test_an_answer_without_our_nonce_says_nothing() -> None:
    world = World()
    world.directory.heard(world.now, Answer("f" * 16, info()), NORD)
    assert world.rows == ()


def test_an_answer_that_comes_too_late_says_nothing() -> None:
    world = World()
    world.beacon(info())
    nonce = world.nonces(NORD_AT)[0]
    world.pass_time(LATE)
    world.directory.heard(world.now, Answer(nonce, info()), NORD)
    assert world.row.state is State.CANDIDATE


def test_beacons_and_answers_from_beyond_a_router_are_dropped() -> None:
    world = World()
    world.beacon(info(), source="10.9.9.9")
    world.answer_all(info(), source="10.9.9.9")
    assert world.rows == ()


def test_a_remembered_server_beyond_a_router_is_asked_and_shown_once_it_answers() -> None:
    world = World()
    world.directory.know(world.now, Endpoint("10.9.9.9", 5055))
    world.tick()
    assert world.rows == ()
    world.answer_one(info(), source="10.9.9.9")
    assert (world.row.via, world.row.host) == ((Via.MANUAL,), "10.9.9.9")
    assert world.nonces(Endpoint("10.9.9.9", 5055))


def test_a_remembered_server_is_found_again_after_it_was_gone() -> None:
    world = World()
    world.directory.know(world.now, NORD_AT)
    world.tick()
    world.answer_one(info())
    world.pass_time(LOOKED_AT.live)
    world.refuse(NORD_AT)
    assert world.rows == ()
    world.pass_time(LOOKED_AT.candidate + 3)
    world.answer_one(info(run="22222222"))
    assert world.row.run == "22222222"


# Merging


def test_one_server_heard_in_both_ways_is_one_row_with_all_addresses() -> None:
    world = World()
    world.answer_all(info())
    world.service(info(), NORD, "fe80::7%eth0", "fd00::7")
    assert world.row.via == (Via.MDNS, Via.BEACON)
    assert world.row.addresses == ("10.0.0.7:5055", "[fd00::7]:5055", "[fe80::7%eth0]:5055")


def test_servers_of_one_name_stay_apart_and_keep_their_order() -> None:
    world = World()
    world.answer_all(info(B), "10.0.0.8")
    world.answer_all(info(A), "10.0.0.7")
    assert [(row.name, row.id, row.clone) for row in world.rows] == [("Nord", A, False), ("Nord", B, False)]


def test_two_live_processes_with_one_id_are_two_rows_marked_as_clones() -> None:
    world = World()
    world.answer_all(info(run="11111111"), "10.0.0.7")
    world.answer_all(info(run="22222222"), "10.0.0.8")
    assert [row.run for row in world.rows] == ["22222222"]  # until the first is known to live still
    world.answer_one(info(run="11111111"), "10.0.0.7")
    assert [(row.run, row.clone) for row in world.rows] == [("11111111", True), ("22222222", True)]


def test_a_restarted_server_takes_the_place_of_its_old_run_at_once() -> None:
    world = World()
    world.answer_all(info(run="11111111"))
    world.answer_all(info(run="22222222", port=5056))
    assert [(row.run, row.port, row.clone) for row in world.rows] == [("22222222", 5056, False)]
    world.refuse(NORD_AT)
    assert [row.run for row in world.rows] == ["22222222"]


def test_a_server_that_restarted_on_its_port_answers_for_the_old_run() -> None:
    world = World()
    world.answer_all(info(run="11111111"))
    world.pass_time(LOOKED_AT.live)
    world.answer_one(info(run="22222222"))
    assert [(row.run, row.via, row.state) for row in world.rows] == [("22222222", (Via.BEACON,), State.LIVE)]
    world.pass_time(5)
    assert [row.run for row in world.rows] == ["22222222"]


def test_a_service_without_an_id_is_a_candidate_until_something_answers() -> None:
    world = World()
    service = Service("Printer._lanchat._tcp.local.", "Printer", 5055, (NORD,))
    world.directory.heard_service(world.now, service)
    world.tick()
    assert (world.row.id, world.row.state, world.row.via) == (None, State.CANDIDATE, (Via.MDNS,))
    world.answer_one(info())
    assert (world.row.id, world.row.name, world.row.via) == (A, "Nord", (Via.MDNS,))
    world.directory.lost_service(world.now, service.key)
    world.pass_time(REASK)
    world.refuse(NORD_AT)
    assert world.rows == ()


def test_a_candidate_stays_while_it_is_published_although_its_port_is_closed() -> None:
    world = World()
    service = Service("Printer._lanchat._tcp.local.", "Printer", 5055, (NORD,))
    world.directory.heard_service(world.now, service)
    world.tick()
    world.refuse(NORD_AT)
    world.pass_time(600)
    assert world.row.state is State.CANDIDATE
    world.directory.lost_service(world.now, service.key)
    world.pass_time(REASK)
    assert world.rows == ()


# Addresses


def test_the_address_that_answers_comes_first() -> None:
    world = World()
    world.service(info(), "10.0.0.7", "10.0.0.8", "10.0.0.9")
    world.answer_one(info(), "10.0.0.9")
    assert world.row.host == "10.0.0.9"
    assert world.row.addresses[0] == "10.0.0.9:5055"


def test_an_address_that_falls_silent_comes_after_one_that_answers() -> None:
    world = World()
    world.service(info(), "10.0.0.7", "10.0.0.8")
    for source in ("10.0.0.7", "10.0.0.8"):
        world.answer_one(info(), source)
    assert world.row.host == "10.0.0.7"
    world.pass_time(LOOKED_AT.live + MISS_AFTER)
    world.answer_one(info(), "10.0.0.8")
    assert (world.row.host, world.row.state) == ("10.0.0.8", State.LIVE)


def test_an_address_of_ours_is_not_offered_as_another_machines() -> None:
    world = World(ETH0, DOCKER0)
    world.service(info(), "172.17.0.1", NORD)
    assert world.row.addresses == ("10.0.0.7:5055",)
    world.answer_one(info(B, name="Ours"), "172.17.0.1")  # a server of this machine answers there
    assert [(row.name, row.addresses) for row in world.rows] == [
        ("Nord", ("10.0.0.7:5055",)),
        ("Ours", ("172.17.0.1:5055",)),
    ]


def test_a_server_whose_only_address_is_ours_is_not_shown() -> None:
    world = World(ETH0, DOCKER0)
    world.service(info(), "172.17.0.1")
    assert world.rows == ()


def test_nobody_may_announce_our_loopback() -> None:
    world = World()
    world.service(info(), "127.0.0.1", "::1", NORD)
    assert world.row.addresses == ("10.0.0.7:5055",)
    assert not world.nonces(Endpoint("127.0.0.1", 5055))


def test_an_address_that_never_answers_is_dropped_where_another_does() -> None:
    world = World()
    world.service(info(), NORD, "10.0.0.99")
    world.answer_one(info())
    world.pass_time(3)
    assert world.row.addresses == ("10.0.0.7:5055",)


def test_a_server_keeps_a_limited_number_of_addresses() -> None:
    world = World()
    world.answer_all(info())
    for port in range(1, 100):
        world.beacon(info(port=port))
    assert len(world.row.addresses) == MAX_PLACES
    assert world.row.host == NORD
    assert world.row.port == 5055


# The end


def test_a_refused_question_removes_the_row_at_once() -> None:
    world = World()
    world.answer_all(info())
    world.pass_time(LOOKED_AT.live)
    world.refuse(NORD_AT)
    assert world.rows == ()


def test_a_refusal_at_an_address_that_never_answered_removes_only_the_address() -> None:
    world = World()
    world.service(info(), NORD, "10.0.0.99")
    world.answer_one(info())
    world.refuse(Endpoint("10.0.0.99", 5055))
    assert world.row.addresses == ("10.0.0.7:5055",)


def test_a_silent_server_turns_quiet_after_two_misses_and_goes_thirty_seconds_after_its_last_answer() -> None:
    world = World()
    world.answer_all(info())
    answered = world.now
    world.pass_time(LOOKED_AT.live + MISS_AFTER)
    assert world.row.state is State.LIVE
    world.pass_time(MISS_AFTER)
    assert world.row.state is State.QUIET
    world.pass_time(answered + GONE - world.now - 0.01)
    assert world.row.state is State.QUIET
    world.pass_time(0.02)
    assert world.rows == ()


def test_a_server_that_was_silent_for_long_is_found_again_where_only_mdns_names_it() -> None:
    """Its machine slept, say. mDNS does not repeat what it said before."""
    world = World()
    world.service(info())
    world.answer_one(info())
    world.pass_time(10 * GONE)
    assert not world.rows
    asked_from = world.now
    while not any(isinstance(ask, AskOne) for ask in world.pass_time(1)):
        assert world.now < asked_from + LOOKED_AT.candidate + 2 * MISS_AFTER
    world.answer_one(info())
    assert (world.row.state, world.row.via) == (State.LIVE, (Via.MDNS,))
    world.directory.lost_service(world.now, "Nord._lanchat._tcp.local.")
    world.pass_time(10 * GONE)
    assert not world.rows
    assert not [ask for ask in world.pass_time(10 * GONE) if isinstance(ask, AskOne)]


def test_a_quiet_server_that_answers_is_live_again() -> None:
    world = World()
    world.answer_all(info())
    world.pass_time(LOOKED_AT.live + 2 * MISS_AFTER)
    assert world.row.state is State.QUIET
    world.answer_all(info())
    assert world.row.state is State.LIVE


def test_a_server_that_nobody_looks_at_is_not_forgotten_between_two_questions() -> None:
    world = World()
    world.directory.set_visible(world.now, False)
    world.answer_all(info())
    world.pass_time(UNSEEN.live - 1)
    assert world.row.state is State.LIVE


def test_looking_again_asks_at_once() -> None:
    world = World()
    world.directory.set_visible(world.now, False)
    world.pass_time(100)
    world.asked.clear()
    world.directory.set_visible(world.now, True)
    world.tick()
    assert any(isinstance(ask, AskAll) for ask in world.asked)


def test_a_goodbye_makes_us_ask_and_a_closed_port_ends_it() -> None:
    world = World()
    world.answer_all(info())
    world.pass_time(4)
    world.asked.clear()
    world.directory.heard(world.now, Bye(A, "11111111"), NORD)
    world.tick()
    world.refuse(NORD_AT)
    assert world.rows == ()


def test_a_forged_goodbye_does_nothing_to_a_server_that_answers() -> None:
    world = World()
    world.answer_all(info())
    world.pass_time(4)
    world.directory.heard(world.now, Bye(A, "11111111"), "10.0.0.66")
    world.tick()
    world.answer_one(info())
    world.pass_time(5)
    assert world.row.state is State.LIVE


def test_a_forged_goodbye_and_a_forged_address_that_refuses_do_nothing_to_a_server() -> None:
    world = World()
    world.answer_all(info())
    world.pass_time(4)
    world.beacon(info(), source="10.0.0.66")
    world.directory.heard(world.now, Bye(A, "11111111"), "10.0.0.66")
    world.refuse(Endpoint("10.0.0.66", 5055))
    assert world.row.addresses == ("10.0.0.7:5055",)


def test_a_server_known_by_tcp_survives_that_its_udp_port_is_closed() -> None:
    world = World()
    world.service(info())
    world.pass_time(3)
    world.directory.tcp_answered(world.now, world.tcp_asks[0].key, NORD_AT, info(), world.now)
    world.pass_time(LOOKED_AT.live)
    world.refuse(NORD_AT)
    assert (world.row.state, world.row.host) == (State.LIVE, NORD)


def test_after_a_goodbye_silence_is_enough() -> None:
    world = World()
    world.answer_all(info())
    world.pass_time(4)
    world.directory.heard(world.now, Bye(A, "11111111"), NORD)
    world.pass_time(2 * MISS_AFTER)
    assert world.rows == ()


def test_goodbyes_in_a_row_do_not_keep_a_dead_server() -> None:
    world = World()
    world.answer_all(info())
    world.pass_time(4)
    for _ in range(60):
        world.directory.heard(world.now, Bye(A, "11111111"), NORD)
        world.pass_time(0.05)
    assert world.rows == ()


def test_forged_goodbyes_cost_a_bounded_number_of_questions() -> None:
    world = World()
    world.answer_all(info())
    world.pass_time(4)
    world.asked.clear()
    for _ in range(10_000):
        world.now += 0.0001
        world.directory.heard(world.now, Bye(A, "11111111"), NORD)
        world.tick()
    assert len(world.asked) <= 2 + 1 / REASK


def test_a_candidate_that_only_a_beacon_named_is_forgotten_without_beacons() -> None:
    world = World()
    world.beacon(info())
    world.pass_time(89)
    assert world.row.state is State.CANDIDATE
    world.pass_time(2)
    assert world.rows == ()


# Where UDP does not get through


def test_a_server_that_udp_does_not_reach_is_asked_by_tcp_and_kept_by_it() -> None:
    world = World()
    world.service(info())
    world.pass_time(3)
    (ask,) = world.tcp_asks
    assert ask == AskTcp((A, "11111111"), (NORD_AT,))
    world.directory.tcp_answered(world.now, ask.key, NORD_AT, info(), world.now - 0.01)
    assert (world.row.state, world.row.latency_ms) == (State.LIVE, pytest.approx(10))
    world.pass_time(LOOKED_AT.live)
    assert world.tcp_asks
    assert world.row.state is State.LIVE
    world.directory.tcp_failed(world.now, ask.key, refused=True)
    assert world.rows == ()


def test_a_server_known_by_tcp_that_falls_silent_turns_quiet_and_goes() -> None:
    world = World()
    world.service(info())
    world.pass_time(3)
    key = world.tcp_asks[0].key
    world.directory.tcp_answered(world.now, key, NORD_AT, info(), world.now)
    answered = world.now
    for _ in range(2):
        world.pass_time(LOOKED_AT.live)
        world.directory.tcp_failed(world.now, key, refused=False)
    assert world.row.state is State.QUIET
    world.pass_time(answered + GONE - world.now)
    assert world.rows == ()


def test_attempts_by_tcp_do_not_pile_up() -> None:
    world = World()
    world.service(info())
    world.pass_time(100)
    assert len(world.tcp_asks) == 1


# Floods


def flood(world: World, count: int) -> None:
    """`count` forged announcements in a second, of everything that can be forged."""
    chance = random.Random(1)
    for number in range(count):
        world.now += 1 / count
        server = f"{chance.getrandbits(128):032x}"
        source = f"10.0.0.{chance.randrange(1, 255)}"
        forged = info(server, name=f"Forged {number}", port=chance.randrange(1, 65536))
        match number % 4:
            case 0:
                world.directory.heard(world.now, Beacon(forged), source)
            case 1:
                nonces = [ask.nonce for ask in world.asked if isinstance(ask, AskAll)]
                world.directory.heard(world.now, Answer(nonces[-1], forged), source)
            case 2:
                key = f"{number}._lanchat._tcp.local."
                world.directory.heard_service(world.now, Service(key, "x", 1, (source,), server, "99999999"))
            case _:
                world.directory.heard(world.now, Bye(server, "99999999"), source)
        if number % 64 == 0:
            world.tick()


def test_ten_thousand_forged_announcements_leave_a_bounded_table_and_the_real_server() -> None:
    world = World()
    world.answer_all(info())
    flood(world, 10_000)
    assert len(world.rows) <= MAX_ENTRIES
    assert sum(row.state is State.CANDIDATE for row in world.rows) <= MAX_HINTS
    assert [row.name for row in world.rows if row.id == A] == ["Nord"]
    assert len(world.asked) < 3_000


def test_a_real_server_gets_in_after_a_flood_of_those_who_never_answer() -> None:
    world = World()
    for number in range(5_000):
        world.now += 0.05
        world.beacon(info(f"{number:032x}"), f"10.0.0.{number % 250 + 1}")
    world.pass_time(1)
    world.answer_all(info())
    assert [row.state for row in world.rows if row.id == A] == [State.LIVE]
    assert sum(row.state is State.CANDIDATE for row in world.rows) <= MAX_HINTS


def test_a_flood_does_not_grow_memory() -> None:
    world = World()
    flood(world, 2_000)
    tracemalloc.start()
    try:
        for _ in range(5):
            flood(world, 2_000)
            world.asked = [ask for ask in world.asked if isinstance(ask, AskAll)][-1:]
        grown, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert grown < 2_000_000


def test_one_address_may_name_only_so_many_servers() -> None:
    world = World()
    for number in range(50):
        world.now += 0.1
        world.beacon(info(f"{number:032x}", port=5055 + number))
    assert len(world.rows) == MAX_PER_SOURCE


def test_many_services_of_one_server_are_remembered_up_to_a_limit() -> None:
    world = World()
    for number in range(MAX_SERVICES + 100):
        world.service(info(), key=f"{number}._lanchat._tcp.local.")
    assert len(world.directory._services) == MAX_SERVICES


def test_only_so_many_remembered_addresses_are_asked() -> None:
    world = World()
    for number in range(1, 100):
        world.directory.know(world.now, Endpoint(f"10.9.0.{number}", 5055))
    world.asked.clear()
    world.tick()
    assert len(world.asked) == MAX_KNOWN


names = st.sampled_from(["Nord", "Sued"])
sources = st.sampled_from([NORD, "10.0.0.8", "10.9.9.9", "172.17.0.1", "127.0.0.1", "fe80::7%eth0"])
facts = st.builds(info, st.sampled_from([A, B]), st.sampled_from(["11111111", "22222222"]), names)
news = st.one_of(
    st.tuples(st.just("beacon"), facts, sources),
    st.tuples(st.just("answer"), facts, sources),
    st.tuples(st.just("bye"), facts, sources),
    st.tuples(st.just("service"), facts, sources),
    st.tuples(st.just("lost"), facts, sources),
    st.tuples(st.just("refused"), facts, sources),
    st.tuples(st.just("tcp"), facts, sources),
    st.tuples(st.just("know"), facts, sources),
    st.tuples(st.just("wait"), facts, sources),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(news, max_size=40), st.floats(0.01, 20))
def test_whatever_happens_rows_are_sound_and_silence_empties_the_table(
    history: list[tuple[str, ServerInfo, str]], step: float
) -> None:
    world = World(ETH0, ETH0_V6, DOCKER0)
    directory = world.directory
    for what, about, source in history:
        nonces = [ask.nonce for ask in world.asked if not isinstance(ask, AskTcp)]
        key = (about.id, about.run)
        match what:
            case "beacon":
                directory.heard(world.now, Beacon(about), source)
            case "answer":
                directory.heard(world.now, Answer(nonces[-1] if nonces else "", about), source)
            case "bye":
                directory.heard(world.now, Bye(about.id, about.run), source)
            case "service":
                world.service(about, source, key=about.name)
            case "lost":
                directory.lost_service(world.now, about.name)
            case "refused" if nonces:
                directory.refused(world.now, nonces[-1])
            case "tcp":
                directory.tcp_answered(world.now, key, Endpoint(source, 5055), about, world.now)
            case "know":
                directory.know(world.now, Endpoint(source, 5055))
            case "wait":
                world.pass_time(step)
        rows = world.rows
        assert len({(row.id, row.run) for row in rows if row.id}) == len([row for row in rows if row.id])
        assert all(row.addresses and row.host for row in rows)
        assert all((row.users is None) == (row.state is State.CANDIDATE) for row in rows)
    for name in ("Nord", "Sued"):
        directory.lost_service(world.now, name)
    world.pass_time(300)
    for _ in range(4):
        for ask in world.tcp_asks:
            directory.tcp_failed(world.now, ask.key, refused=False)
        world.pass_time(60)
    assert world.rows == ()
