"""Two processes at one PostgreSQL: what each writer reads behind its lock, and who wins where both write the same.

On SQLite there is one writer at a time, so these races do not exist there.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, sleep
from typing import Final, TypeVar
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import text

from records.health import health
from records.reading import stream
from records.session import Records, migrate, open_records
from records.transaction import Write
from records.vault import RefReused, open_sealed, seal
from records.writing import Fact, FactsAnswer, append, append_facts
from records.writing_inbox import Received, hold_order, receive_act
from records.writing_rules import take_numbers
from schemas.act import Acknowledge, Act, Resume
from schemas.clock import Clock
from schemas.docket import Outcome, Recording
from schemas.errors import Refused
from schemas.event import Cause
from tests.records.examples import CONTACT, DIGEST, LATER, NOON, act_step, change, event, order_id, recording, rung_step

pytestmark = pytest.mark.postgres

T = TypeVar("T")
U = TypeVar("U")
WITHIN_S: Final = 10


@pytest.fixture(scope="module")
def address(postgresql: str) -> str:
    """A database of this module's own, whose default isolation would make every lock useless."""
    name = f"races_{uuid4().hex}"
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        connection.execute(f"ALTER DATABASE \"{name}\" SET default_transaction_isolation = 'repeatable read'")
    return postgresql.replace("/postgres?", f"/{name}?")


@pytest.fixture(scope="module")
def ours(address: str) -> Iterator[Records]:
    """One process's records."""
    opened = open_records(address)
    migrate(opened)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def theirs(address: str) -> Iterator[Records]:
    """Another process's."""
    opened = open_records(address)
    yield opened
    opened.close()


def race(ours: Records, theirs: Records, first: Callable[[Write], T], second: Callable[[Write], U]) -> tuple[T, U]:
    """Let `second` run into what `first` holds, and be seen waiting, before `first` commits; return both answers."""
    with ThreadPoolExecutor(1) as pool:
        with ours.write() as tx:
            done = first(tx)
            waiting = pool.submit(_written, theirs, second)
            _until_somebody_waits(ours)
        return done, waiting.result(WITHIN_S)


def _written(records: Records, write: Callable[[Write], U]) -> U:
    with records.write() as tx:
        return write(tx)


def _until_somebody_waits(records: Records) -> None:
    asked = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    ends = monotonic() + WITHIN_S
    while monotonic() < ends:
        with records.read() as read:
            if read.connection.scalar(asked):
                return
        sleep(0.01)
    pytest.fail("the second writer never waited for the first")


def recorded(given: Recording) -> Callable[[Write], Outcome]:
    """Record a single change, and say how it was answered."""
    return lambda tx: append(tx, given, recorded_at=LATER, clock=Clock()).answers[0].outcome


def acknowledged(order: str, *, key: str = "") -> Acknowledge:
    """An act on an order."""
    return Acknowledge(key=key or f"{order}:ack", order=order, at=NOON, actor=CONTACT)


def received(act: Act) -> Callable[[Write], Received]:
    """Receive an act as a door does."""
    return lambda tx: receive_act(tx, act, received_shown=NOON, received_real=NOON).received


def noted(stream_name: str, key: str) -> Callable[[Write], FactsAnswer]:
    """Record a fact of a door."""
    fact = Fact(cause=Cause(key=key, digest=DIGEST), actor=CONTACT, events=(event("unit.measured"),))
    return lambda tx: append_facts(tx, stream_name, [fact], recorded_at=LATER, simulated=False)


def test_the_same_step_of_two_workers_is_recorded_once(ours: Records, theirs: Records) -> None:
    """A repeated attempt whose first one still runs waits for it, and is told that everything is there."""
    order = order_id()
    given = recording(change(order, act_step(f"{order}:ack")))

    assert race(ours, theirs, recorded(given), recorded(given)) == (Outcome.recorded, Outcome.repeated)
    with ours.read() as read:
        assert len(stream(read, f"order:{order}")) == 1


def test_two_decisions_from_one_state_do_not_both_count(ours: Records, theirs: Records) -> None:
    """The second is told that the stream moved on, so that its docket decides anew."""
    order = order_id()
    first, second = (recording(change(order, act_step(f"{order}:{n}"))) for n in range(2))

    assert race(ours, theirs, recorded(first), recorded(second)) == (Outcome.recorded, Outcome.moved_on)


def test_a_rung_sees_the_act_that_it_waited_for(ours: Records, theirs: Records) -> None:
    """A door that holds the order keeps its docket out; the rung then finds the act received before it was due."""
    order = order_id()
    with ours.write() as tx:
        append(tx, recording(change(order, act_step(f"{order}:issue"))), recorded_at=NOON, clock=Clock())
    rung = recording(change(order, rung_step(order, "remind@1", LATER), expected=1))

    def door(tx: Write) -> Received:
        hold_order(tx, order)
        return received(acknowledged(order))(tx)

    assert race(ours, theirs, door, recorded(rung)) == (Received.new, Outcome.act_waiting)


def test_facts_of_one_stream_follow_each_other(ours: Records, theirs: Records) -> None:
    """Two doors at one stream get one position each; the same fact from both is there once."""
    name = f"unit:{order_id()}"
    one, two = race(ours, theirs, noted(name, f"{name}:1"), noted(name, f"{name}:2"))
    three, again = race(ours, theirs, noted(name, f"{name}:3"), noted(name, f"{name}:3"))

    assert [answer.events[0].seq for answer in (one, two, three)] == [1, 2, 3]
    assert (three.repeated, again.repeated) == (False, True)


def test_two_confirmations_never_share_a_number(ours: Records, theirs: Records) -> None:
    """Whoever numbers second waits at the counter, also for a counter that is only being made; a repeat keeps its block."""
    office = order_id()

    def take(key: str) -> Callable[[Write], tuple[int, int]]:
        return lambda tx: take_numbers(tx, f"{office}:{key}", office=office, year=2026, n=5)

    assert race(ours, theirs, take("a"), take("b")) == ((1, 5), (6, 10))
    assert race(ours, theirs, take("c"), take("c")) == ((11, 15), (11, 15))


def test_an_act_sent_twice_at_once_is_received_once(ours: Records, theirs: Records) -> None:
    """The second copy waits for the first and is known; another act under the key is told so."""
    order = order_id()
    act, key = acknowledged(order), f"{order}:other"
    other = Resume(key=key, order=order, at=NOON, actor=CONTACT)

    assert race(ours, theirs, received(act), received(act)) == (Received.new, Received.known)
    assert race(ours, theirs, received(acknowledged(order, key=key)), received(other)) == (Received.new, Received.other)


def test_receiving_many_acts_takes_no_lock_for_each(ours: Records) -> None:
    """The server's lock table is small: a withdrawn campaign brings thousands of acts in one transaction."""
    held = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
    with ours.write() as tx:
        for _ in range(20):
            assert received(acknowledged(order_id()))(tx) is Received.new
        assert tx.connection.scalar(held) == 0


def test_a_text_sealed_twice_at_once_is_one_value(ours: Records, theirs: Records) -> None:
    """Both copies of an act carry the same reference and commitment; another text under the reference is refused."""
    subject = order_id()

    def sealing(value: str, ref: str) -> Callable[[Write], object]:
        return lambda tx: seal(tx, subject, "reason", value, ref=f"{subject}:{ref}")

    first, second = race(
        ours,
        theirs,
        lambda tx: seal(tx, subject, "reason", "合成", ref=subject),
        lambda tx: seal(tx, subject, "reason", "合成", ref=subject),
    )
    with ours.read() as read:
        assert open_sealed(read, first) == "合成"
    assert first == second
    with pytest.raises(RefReused):
        race(ours, theirs, sealing("合成", "b"), sealing("别的", "b"))


def test_a_claim_is_for_one_process(ours: Records, theirs: Records) -> None:
    """While one holds a name nobody else gets it; afterwards anybody does."""
    with ours.claim("engine") as mine, theirs.claim("engine") as second, theirs.claim("other") as other:
        assert (mine, second, other) == (True, False, True)
    with theirs.claim("engine") as mine:
        assert mine


def test_a_server_that_forgets_is_told(ours: Records) -> None:
    """What may be lost in a power cut is named for the doctor; a server as it is installed keeps everything."""
    with ours.read() as read:
        assert health(read).unsafe == ()
        read.connection.execute(text("SET LOCAL synchronous_commit = off"))
        assert health(read).unsafe == ("synchronous_commit=off",)


def test_a_database_that_is_not_there_is_told(postgresql: str) -> None:
    """A refusal names the address without its password, instead of a driver's traceback."""
    gone = open_records(postgresql.replace("postgres:@", "postgres:secret@").replace("/postgres?", "/gone?"))
    with pytest.raises(Refused) as refused:
        migrate(gone)
    gone.close()

    assert refused.value.code == "records.unreachable"
    assert "/gone" in refused.value.sentence
    assert "secret" not in refused.value.sentence


@pytest.mark.parametrize(
    "url", ["mysql://office@somewhere/records", "no address", "postgresql://user:secret@host:port/"]
)
def test_an_address_of_nothing_we_know_is_refused(url: str) -> None:
    """Another database, or a slip in the address, is told without repeating what may hold a password."""
    with pytest.raises(Refused) as refused:
        open_records(url)

    assert refused.value.code == "records.address"
    assert "secret" not in refused.value.sentence
