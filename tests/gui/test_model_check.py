"""The network check as the window shows it, without a window: runs, verdicts, and why a list is empty."""

from __future__ import annotations

import pytest

from lanchat.doctor.facts import Firewall, PortUse, Step, Visit
from lanchat.doctor.judge import judge
from lanchat.doctor.judge_host import judge_visit
from lanchat.doctor.report import Level, Report
from lanchat.gui.model.check import OPENS, CheckModel, Outcome
from tests.doctor.facts import healthy, link, port

CLOSED = Firewall("ufw", {"udp/5054": False, "udp/5353": False, "tcp/5055": True})
ONE_FAULT = judge(healthy(firewall=CLOSED, links=(link(answers=0, echoed=()),), servers=()))
TWO_FAULTS = judge(
    healthy(
        firewall=CLOSED,
        links=(link(answers=0, echoed=()),),
        servers=(),
        ports=port("udp/5054", PortUse.TAKEN, "other-chat"),
    )
)
NOBODY = judge(healthy(links=(link(answers=0),), neighbours=0, servers=()))
EMPTY = judge(healthy(links=(link(answers=0),), servers=()))
SHUT = judge_visit(Visit("nord:5055", Step.OK, Step.OK, "10.0.0.7", udp=Step.SILENT, tcp=Step.SILENT))


def ran(report: Report, server: str = "", *, complete: bool = True) -> CheckModel:
    model = CheckModel()
    model.begin(server)
    model.finish(Outcome(report, "", complete=complete))
    return model


def test_a_run_tells_what_is_done_until_there_is_a_verdict() -> None:
    model = CheckModel()
    assert (model.headline, model.level, model.findings) == ("", None, ())
    model.begin()
    assert (model.title, model.headline) == ("Network check", "Starting …")
    model.tell("Looking at this computer …")
    model.tell("Asking its firewall …")
    assert (model.headline, model.level) == ("Asking its firewall …", None)
    assert model.steps == ("Looking at this computer …", "Asking its firewall …")
    model.stop()
    assert model.headline == "Stopping …"
    model.finish(Outcome(judge(healthy()), ""))
    assert (model.running, model.stopping, model.level) == (False, False, Level.OK)
    assert model.headline == "All is well: 1 room answers, and nothing on this computer is in the way."


@pytest.mark.parametrize(
    ("report", "headline"),
    [
        (ONE_FAULT, "One thing is in the way:"),
        (TWO_FAULTS, "2 things are in the way:"),
        (NOBODY, NOBODY.verdict),
        (SHUT, "One thing is in the way:"),
    ],
)
def test_the_headline_repeats_no_finding(report: Report, headline: str) -> None:
    model = ran(report)
    assert model.headline == headline
    assert (model.level is Level.PROBLEM) is not report.healthy
    assert model.findings == report.findings


def test_what_was_stopped_says_so_and_explains_no_empty_list() -> None:
    stopped = Report("The check was stopped before its end; what it saw until then:", ())
    model = ran(stopped, complete=False)
    assert (model.headline, model.level) == (stopped.verdict, Level.NOTE)
    assert model.reasons == ()


def test_what_cannot_be_done_is_said() -> None:
    model = CheckModel()
    model.begin("nord")
    model.fail("The profile cannot be read.")
    assert (model.running, model.headline, model.title) == (False, "The profile cannot be read.", "Test of nord")
    model.refuse("“a b” is not an address.")
    assert model.complaint
    model.begin("nord")
    assert not model.complaint, "until the next try"


# Unasked, where no room answers


def test_it_looks_once_and_only_while_somebody_sees_it() -> None:
    model = CheckModel()
    assert not model.due(seen=False)
    assert model.due(seen=True)
    assert not model.due(seen=True), "not again"
    model.begin()
    model.forget()
    assert not model.due(seen=True), "while it runs"
    model.finish(Outcome(ONE_FAULT, ""))
    assert model.due(seen=True), "what was begun before something changed does not count"
    assert model.reasons == ()


def test_a_look_that_gave_way_to_a_test_of_one_server_is_made_up_for() -> None:
    model = CheckModel()
    assert model.due(seen=True)
    model.begin()
    model.begin("nord:5055")
    model.finish(Outcome(SHUT, ""))
    assert model.due(seen=True)


def test_what_the_user_asked_for_is_not_asked_again() -> None:
    model = ran(ONE_FAULT)
    assert not model.due(seen=True)
    assert ran(SHUT, "nord:5055").due(seen=True), "one server says nothing of the network"


def test_an_empty_list_says_what_is_in_the_way_and_what_to_do() -> None:
    problem = ONE_FAULT.findings[0]
    assert ran(ONE_FAULT).reasons == (f"{problem.sentence} {OPENS}",)
    assert ran(ONE_FAULT).hint == problem.sentence
    first, second = ran(TWO_FAULTS).reasons
    assert first == f"{problem.sentence} {OPENS}"
    assert second.endswith("End that program, or give it another port.")


def test_where_nothing_is_in_the_way_it_says_so_and_what_may_be_elsewhere() -> None:
    first, second = ran(NOBODY).reasons
    assert first == NOBODY.verdict
    assert "guest Wi-Fi" in second
    assert ran(EMPTY).reasons == (EMPTY.verdict,), "“No room answers” is not said twice"
    assert ran(EMPTY).hint == ""


def test_what_was_found_counts_until_rooms_answer() -> None:
    model = ran(ONE_FAULT)
    model.forget()
    assert (model.reasons, model.hint) == ((), "")
    assert model.outcome is not None, "who reads it goes on reading"
    assert model.due(seen=True)


def test_details_show_what_is_known_of_the_network() -> None:
    model = CheckModel()
    assert not model.show_network()
    model.begin()
    assert model.show_network(), "soon"
    model.finish(Outcome(ONE_FAULT, ""))
    model.begin("nord:5055")
    assert not model.show_network(), "another thing runs"
    model.finish(Outcome(SHUT, ""))
    assert model.findings == SHUT.findings
    assert model.show_network()
    assert (model.title, model.findings) == ("Network check", ONE_FAULT.findings)
    model.forget()
    assert not model.show_network()
