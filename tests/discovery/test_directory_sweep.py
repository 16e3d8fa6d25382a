"""The directory while networks are asked address by address."""

from __future__ import annotations

from lanchat.discovery.announcement import Answer
from lanchat.discovery.directory import SWEPT, AskMany, AskOne, Directory, Knock
from lanchat.discovery.entry import Endpoint
from lanchat.discovery.found import State, Via
from lanchat.discovery.subnets import read_subnet
from tests.discovery.test_directory import ETH0, NORD, World, info

FAR = "10.9.0.7"


def asked(world: World, ip: str, seconds: float = 1.0) -> AskMany:
    return next(ask for ask in world.pass_time(seconds) if isinstance(ask, AskMany) and (ip, 5054) in ask.endpoints)


def test_nothing_is_swept_unasked() -> None:
    world = World()
    assert not [ask for ask in world.pass_time(60.0) if isinstance(ask, AskMany | Knock)]
    assert world.directory.progress is None


def test_the_answer_of_one_address_is_a_row_and_ends_the_sweep() -> None:
    world = World(ETH0)
    world.directory.sweep(world.now)
    ask = asked(world, NORD, 0.01)
    assert (NORD, 5055) in ask.endpoints  # the own port of a server that does not share 5054
    world.directory.heard(world.now, Answer(ask.nonce, info()), NORD)
    (row,) = world.directory.rows()
    assert (row.state, row.via, row.host) == (State.LIVE, (Via.SWEEP,), NORD)
    assert world.directory.progress is None
    later = world.pass_time(60.0)
    assert not [ask for ask in later if isinstance(ask, AskMany | Knock)]
    assert [ask for ask in later if isinstance(ask, AskOne)], "it is watched like every other"


def test_where_udp_is_silent_connections_are_tried_and_count() -> None:
    world = World(ETH0)
    world.directory.sweep(world.now)
    knocks = [ask for ask in world.pass_time(10.0) if isinstance(ask, Knock)]
    assert Endpoint(NORD, 5055) in [endpoint for knock in knocks for endpoint in knock.endpoints]
    world.directory.tcp_answered(world.now, SWEPT, Endpoint(NORD, 5055), info(), world.now - 0.01)
    (row,) = world.directory.rows()
    assert (row.state, row.via) == (State.LIVE, (Via.SWEEP,))
    assert world.directory.progress is None
    world.directory.tcp_failed(world.now, SWEPT, refused=True)  # another one that took a connection
    assert len(world.directory.rows()) == 1


def test_who_was_not_asked_in_that_batch_does_not_count() -> None:
    world = World(ETH0)
    world.directory.sweep(world.now)
    ask = asked(world, NORD, 0.01)
    world.directory.heard(world.now, Answer(ask.nonce, info()), FAR)
    assert world.directory.rows() == ()


def test_a_network_of_the_settings_may_lie_behind_a_router() -> None:
    world = World(ETH0)
    world.directory = Directory(world.now, lambda: "f" * 16, (ETH0,), [read_subnet("10.9.0.0/28")])
    ask = asked(world, FAR, 0.01)
    world.directory.heard(world.now, Answer(ask.nonce, info()), FAR)
    (row,) = world.directory.rows()
    assert (row.host, row.via) == (FAR, (Via.SWEEP,))
